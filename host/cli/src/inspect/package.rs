//! The output of `admit inspect` for a bundle or a package.

use super::component::{contract, imports, says};
use super::grants::Grants;
use super::lines::{FEW, Lines};
use super::lookups::LookupInfo;
use crate::package::deployment::Deployment;
use admit_core::{
    Limits, Lookup, LookupName, Manifest, Metadata, Mode, OnFailure, Policy, Record,
    WhenNoPolicyApplies, grouped,
};
use admit_engine::bundle::{ABOUT, ConfiguredPolicy, Entry, file_name};
use admit_engine::{CodeHash, Digest, Target};
use admit_package::about::{About, ComponentSummary, Import};
use admit_package::bootstrap;
use admit_package::{BOOTSTRAP, StoredFiles};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A bundle or a deployment package, whose code is not loaded.
///
/// The function applies the terms, grants and limits that are shown. The descriptions of components
/// come from the author of the bundle and cannot be verified here.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PackageInfo {
    kind: &'static str,
    path: String,
    /// The digest of the index, which contains the digests of all other files.
    digest: Digest,
    /// The digest of everything that affects decisions, except for compiled code.
    policy_set: Digest,
    engine: String,
    target: Target,
    budget: String,
    when_no_policy_applies: WhenNoPolicyApplies,
    record: Record,
    /// The folder with its manifest and components, if it is beside the bundle.
    sources: Option<String>,
    /// Why the folder beside the bundle does not have its sources, if there is such a folder.
    #[serde(skip)]
    other_sources: Option<String>,
    /// The bootstrap; `None` for a folder, which does not have one.
    bootstrap: Option<Bootstrap>,
    /// What would not work, and what does not belong there.
    flaws: Vec<String>,
    /// The requests that the function can make to services.
    lookups: Vec<LookupInfo>,
    policies: Vec<PackagedPolicy>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bootstrap {
    digest: Digest,
    size: usize,
    /// The version of `admit`, if the file contains one.
    version: Option<String>,
}

/// A policy of a bundle.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PackagedPolicy {
    id: String,
    component: String,
    source: Option<Digest>,
    compiled: Option<CodeHash>,
    compiled_size: Option<u64>,
    /// Units of fuel that `configure` used when the bundle was made; `None` if the policy is
    /// configured for each sign-up.
    configured_with_fuel: Option<u64>,
    mode: Mode,
    on_failure: OnFailure,
    applies_to: Value,
    /// The limits that differ from the defaults.
    limits: Value,
    log: Value,
    /// The keys of the settings without the values, which may be secrets. `None` if they are
    /// unknown: the policy has a snapshot, and the sources are not there.
    settings: Option<Vec<String>>,
    grants: Grants,
    /// The description of its component by the author of the bundle, which cannot be verified here.
    about: Option<Rc<ComponentSummary>>,
}

impl PackageInfo {
    pub(crate) fn of(deployment: Deployment) -> serde_json::Result<PackageInfo> {
        let sources = deployment.sources.manifest_of(&deployment.index);
        let is_there = deployment.sources.path().exists();
        let other_sources = sources.as_ref().err().filter(|_| is_there).map(|e| format!("{e:#}"));
        let sources = sources.map(|_| deployment.sources.path().display().to_string());
        let Deployment { kind, path, digest, index, manifest, has_settings, files, .. } =
            deployment;
        let (bootstrap, mut flaws) = (deployment.bootstrap, deployment.flaws);
        let about = match About::in_bundle(&index, &files) {
            Ok(about) => about,
            Err(reason) => {
                flaws.push(format!("{ABOUT}: {reason}"));
                BTreeMap::new()
            }
        };
        let about: BTreeMap<Digest, Described> =
            about.into_iter().map(|(source, one)| (source, Described::new(one))).collect();
        let Manifest { budget, when_no_policy_applies, record, lookups, policies } = manifest;
        let (mut entrants, mut described_before) = (Vec::new(), BTreeSet::new());
        let (mut room, mut left_out) = (MAX_REPEATED, 0);
        for policy in &policies {
            let entry = index.components.get(&policy.component);
            let mut described = entry.and_then(|entry| about.get(&entry.source));
            // Each component is described at least once, so that no finding is lost.
            let is_first = entry.is_none_or(|entry| described_before.insert(entry.source));
            let size = described.filter(|_| !is_first).map_or(0, |described| described.size);
            match room.checked_sub(size) {
                Some(left) => room = left,
                None => (described, left_out) = (None, left_out + 1),
            }
            let configured = index.configured.get(&policy.id).copied();
            let mut policy = PackagedPolicy::new(
                policy,
                (entry.copied(), configured),
                (&lookups, described),
                &files,
            )?;
            if configured.is_some() && !has_settings {
                policy.settings = None;
            }
            entrants.push(policy);
        }
        if left_out > 0 {
            let (policies, max) = (grouped(left_out), MAX_REPEATED >> 20);
            flaws.push(format!(
                "{ABOUT}: not shown for {policies} policies, whose component others have too: the \
                 repetitions take more than {max} MiB"
            ));
        }
        Ok(PackageInfo {
            kind: kind.name(),
            path,
            digest,
            policy_set: index.policy_set,
            engine: index.engine,
            target: index.target,
            budget: budget.to_string(),
            when_no_policy_applies: when_no_policy_applies.unwrap_or_default(),
            record,
            sources: sources.ok(),
            other_sources,
            bootstrap: bootstrap.map(|bytes| Bootstrap {
                digest: Digest::new(&bytes),
                size: bytes.len(),
                version: bootstrap::version(&bytes),
            }),
            flaws,
            lookups: LookupInfo::all(&lookups),
            policies: entrants,
        })
    }

    /// Returns whether there are no flaws, and the described components are sound.
    pub(crate) fn is_sound(&self) -> bool {
        self.flaws.is_empty() && self.policies.iter().all(PackagedPolicy::is_sound)
    }

    /// The policies that a text shows, in order and with their positions. If there are too many, those
    /// with findings are preferred.
    fn shown(&self) -> Vec<(usize, &PackagedPolicy)> {
        let all = || self.policies.iter().enumerate();
        let of = |is_sound| all().filter(move |(_, policy)| policy.is_sound() == is_sound);
        let mut shown: Vec<_> = of(false).chain(of(true)).take(FEW).collect();
        shown.sort_by_key(|(index, _)| *index);
        shown
    }

    pub(crate) fn to_text(&self) -> String {
        let mut lines = Lines::default();
        lines.one(self.kind, &self.path);
        lines.one("digest", &self.digest.to_string());
        lines.one("policy set", &self.policy_set.to_string());
        lines.one("engine", &format!("wasmtime {}", self.engine));
        lines.one("target", &self.target.to_string());
        lines.one("budget", &self.budget);
        lines.one(
            "no policy",
            match self.when_no_policy_applies {
                WhenNoPolicyApplies::Admit => "a sign-up to which no policy applies is admitted",
                WhenNoPolicyApplies::Deny => "a sign-up to which no policy applies is denied",
            },
        );
        if self.record == Record::Required {
            lines.one("record", "required");
        }
        if let Some(Bootstrap { digest, size, version }) = &self.bootstrap {
            let version = match version {
                Some(version) => format!("admit {version}"),
                None => "no bootstrap of admit".to_owned(),
            };
            lines.one(BOOTSTRAP, &format!("{version}, {size} bytes, {digest}"));
        }
        let other = self.other_sources.as_deref().unwrap_or("not beside it");
        lines.one("sources", self.sources.as_deref().unwrap_or(other));
        lines.list("flaws", self.flaws.iter().cloned());
        if !self.lookups.is_empty() {
            lines.list("look-ups", self.lookups.iter().map(LookupInfo::to_string));
        }
        for (index, policy) in self.shown() {
            lines.heading(&format!("policy {}: {}", index + 1, policy.id));
            policy.show(&mut lines);
        }
        let more = self.policies.len().saturating_sub(FEW);
        if more > 0 {
            let more = grouped(more as u64);
            lines.heading(&format!("… and {more} more policies; `--format json` shows all"));
        }
        lines.into_text()
    }
}

/// The description of a component by the author of the bundle, shared by its policies.
struct Described {
    summary: Rc<ComponentSummary>,
    /// The requests in its metadata, without the schema of its settings.
    requests: Option<Metadata>,
    /// The size of the description as JSON, in bytes.
    size: u64,
}

impl Described {
    fn new(summary: ComponentSummary) -> Described {
        let (requests, size) = (summary.requests(), summary.json_size());
        Described { summary: Rc::new(summary), requests, size }
    }
}

/// The maximum size of all repeated descriptions together as JSON, in bytes: many policies may have
/// the same component.
const MAX_REPEATED: u64 = 16 << 20;

impl PackagedPolicy {
    fn is_sound(&self) -> bool {
        self.about.as_ref().is_none_or(|about| about.is_sound())
    }

    fn new(
        policy: &Policy,
        (entry, configured): (Option<Entry>, Option<ConfiguredPolicy>),
        (lookups, described): (&BTreeMap<LookupName, Lookup>, Option<&Described>),
        files: &StoredFiles,
    ) -> serde_json::Result<PackagedPolicy> {
        let scope = &policy.applies_to;
        let lists = [
            ("triggers", &scope.triggers),
            ("user-pools", &scope.user_pools),
            ("clients", &scope.clients),
        ];
        let lists = lists.into_iter().filter(|(_, words)| !words.is_empty());
        let applies_to: Map<String, Value> =
            lists.map(|(name, words)| (name.to_owned(), json!(words))).collect();
        let (limits, defaults) =
            (serde_json::to_value(policy.limits)?, serde_json::to_value(Limits::default())?);
        let limits: Map<String, Value> = limits
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(name, value)| defaults[name.as_str()] != **value)
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let settings: Map<String, Value> = policy.settings.clone().into();
        let own = configured.map(|configured| configured.compiled);
        let compiled = own.or_else(|| entry?.compiled);
        Ok(PackagedPolicy {
            id: policy.id.to_string(),
            component: policy.component.clone(),
            source: entry.map(|entry| entry.source),
            compiled,
            compiled_size: compiled
                .and_then(|compiled| Some(files.get(&file_name(compiled))?.size)),
            configured_with_fuel: configured.map(|configured| configured.fuel),
            mode: policy.terms.mode,
            on_failure: policy.terms.on_failure,
            applies_to: applies_to.into(),
            limits: limits.into(),
            log: serde_json::to_value(policy.log)?,
            settings: Some(settings.keys().cloned().collect()),
            grants: Grants::of(
                policy,
                lookups,
                described.and_then(|about| about.requests.as_ref()),
            ),
            about: described.map(|about| Rc::clone(&about.summary)),
        })
    }

    fn show(&self, lines: &mut Lines) {
        lines.one("component", &self.component);
        let missing = || "not in the bundle".to_owned();
        lines.one("source", &self.source.map_or_else(missing, |digest| digest.to_string()));
        let size =
            self.compiled_size.map_or_else(|| "missing".to_owned(), |s| format!("{s} bytes"));
        let compiled = self.compiled.map_or_else(missing, |code_hash| code_hash.to_string());
        lines.one("compiled", &format!("{compiled}, {size}"));
        lines.one(
            "configured",
            &match self.configured_with_fuel {
                Some(fuel) => format!("when it was bundled, with {fuel} units of fuel"),
                None => "for each sign-up".to_owned(),
            },
        );
        lines.one("mode", &self.mode.to_string());
        let on_failure = match self.on_failure {
            OnFailure::Deny => "denies",
            OnFailure::Abstain => "abstains",
        };
        lines.one("on failure", on_failure);
        self.grants.show(lines);
        let members = |value: &Value| -> Vec<String> {
            let members = value.as_object().into_iter().flatten();
            members.map(|(name, value)| format!("{name} = {value}")).collect()
        };
        match members(&self.applies_to) {
            lists if lists.is_empty() => lines.one("applies to", "every sign-up"),
            lists => lines.list("applies to", lists),
        }
        match members(&self.limits) {
            limits if limits.is_empty() => lines.one("limits", "the defaults"),
            limits => lines.list("limits", limits),
        }
        if self.log == "discard" {
            lines.one("log", "discards its words");
        }
        match &self.settings {
            Some(keys) => {
                let keys = keys.iter().map(|key| format!("{key} (not shown)"));
                lines.list("settings", keys);
            }
            None => lines.one("settings", "not known without the sources"),
        }
        let Some(summary) = &self.about else {
            lines.heading("the bundle does not say what its component is");
            return;
        };
        lines.heading(MAKERS_WORD);
        lines.one("contract", &contract(summary));
        lines.one("size", &format!("{} bytes", summary.size));
        lines.list("imports", imports(summary).map(Import::marked));
        lines.list("exports", summary.exports.iter().map(|export| export.name.clone()));
        lines.list("producers", summary.producers.iter().cloned());
        says(summary, lines);
    }
}

/// The heading of descriptions that the author of the bundle wrote.
const MAKERS_WORD: &str =
    "by the word of the bundle's maker, with which its native code cannot be compared";
