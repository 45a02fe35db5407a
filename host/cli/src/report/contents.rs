//! The content of the page.

use super::about::{ComponentSummary, MetadataSummary};
use super::budgets::{Limit, Use};
use super::found::FindingRow;
use super::grants::GrantRow;
use super::measured::{Cost, Measured};
use super::plot::Distribution;
use super::settings::{Setting, Values};
use super::tested::Tested;
use super::untrusted_text::{Truncated, UntrustedText};
use crate::check::finding::Findings;
use crate::inspect::LookupInfo;
use crate::policy_set::loaded_manifest::LoadedManifest;
use crate::policy_set::origin::Origin;
use admit_component::ComponentInfo;
use admit_core::{
    Lookup, LookupName, Metadata, Mode, OnFailure, Permission, Policy, PolicyId, Time, grouped,
};
use admit_engine::Digest;
use anyhow::Context;
use std::collections::{BTreeMap, BTreeSet};

/// The report about a policy set.
pub(crate) struct Report {
    /// The manifest.
    pub(crate) file: UntrustedText,
    /// The digest of the policy set: of the manifest with all defaults and settings, and of the
    /// digests of the components.
    pub(crate) digest: Digest,
    pub(crate) budget: Time,
    /// The requests that the function can make to services.
    pub(crate) lookups: Vec<LookupInfo>,
    pub(crate) policies: Vec<PolicyReport>,
    pub(crate) measured: Measured,
    /// The findings of `admit check`.
    pub(crate) found: Truncated<FindingRow>,
    /// The results of the manifest's cases, if there are any.
    pub(crate) tested: Option<Tested>,
}

/// The results of checking, running and measuring a policy set.
pub(crate) struct Evidence {
    /// The findings of `admit check`.
    pub(crate) findings: Findings,
    pub(crate) measured: Measured,
    /// The results of the manifest's cases.
    pub(crate) whole: Option<Tested>,
    /// The results of the cases of each policy's project, in the order of the policies.
    pub(crate) projects: Vec<Option<Tested>>,
}

/// One policy of the set.
pub(crate) struct PolicyReport {
    pub(crate) id: PolicyId,
    pub(crate) mode: Mode,
    pub(crate) on_failure: OnFailure,
    /// The sign-ups to which it applies: a key of the manifest, and one of its values.
    pub(crate) applies_to: Truncated<(&'static str, UntrustedText)>,
    /// The path of the component in the manifest.
    pub(crate) component: UntrustedText,
    pub(crate) digest: Digest,
    pub(crate) size: u64,
    pub(crate) summary: ComponentSummary,
    pub(crate) metadata: MetadataSummary,
    pub(crate) sees: Vec<GrantRow>,
    pub(crate) facts: Vec<GrantRow>,
    pub(crate) decides: Vec<GrantRow>,
    pub(crate) settings: Truncated<Setting>,
    /// The limits on fuel, memory and time.
    pub(crate) uses: Vec<Use>,
    /// All other limits.
    pub(crate) limits: Vec<Limit>,
    /// The times of its evaluations on this machine.
    pub(crate) times: Option<Distribution>,
    pub(crate) denials: Truncated<Denial>,
    /// Its coverage by the manifest's cases.
    pub(crate) covered: Vec<UntrustedText>,
    /// The results of the cases of its project.
    pub(crate) own: Option<Tested>,
}

/// A denial code of a policy.
pub(crate) struct Denial {
    pub(crate) code: UntrustedText,
    /// The author's description, or `None` if the code is not declared.
    pub(crate) meaning: Option<UntrustedText>,
    /// Whether a passing case expects it.
    pub(crate) tested: bool,
}

/// The maximum number of paths, values of a scope, and codes that are shown per policy, and of
/// policies in one line.
const MAX: usize = 100;

/// The maximum number of policies that have a row and a section.
const MAX_POLICIES: usize = 1_000;

impl Report {
    /// Creates the report about a policy set.
    pub(crate) fn new(
        loaded: &LoadedManifest,
        evidence: Evidence,
        values: Values,
    ) -> anyhow::Result<Report> {
        let manifest = &loaded.manifest;
        let file = match &loaded.origin {
            Origin::Manifest(source) => UntrustedText::name(&source.file),
            Origin::CommandLine => {
                let component = manifest.policies.first().map(|policy| &policy.component);
                UntrustedText::name(component.map_or("", String::as_str))
            }
        };
        let Evidence { findings, measured, whole, projects } = evidence;
        let policies = manifest.policies.iter().zip(projects).map(|(policy, own)| {
            let bytes = &loaded.components[&policy.component];
            PolicyReport::new(
                (policy, &manifest.lookups),
                bytes,
                measured.cost(&policy.id),
                (whole.as_ref(), own),
                values,
            )
            .with_context(|| format!("policy `{}`: `{}`", policy.id, policy.component))
        });
        Ok(Report {
            file,
            digest: loaded.digest(),
            budget: manifest.budget,
            lookups: LookupInfo::all(&manifest.lookups),
            policies: policies.collect::<anyhow::Result<_>>()?,
            measured,
            found: super::found::rows(&findings),
            tested: whole,
        })
    }

    /// Describes the events of the measurement.
    pub(crate) fn measured_events(&self) -> String {
        match (&self.tested, self.measured.events) {
            (None, _) => "a sample sign-up".to_owned(),
            (Some(_), 1) => "the event of the case".to_owned(),
            (Some(_), events) => format!("the events of {events} cases"),
        }
    }

    /// The policies that have a section.
    pub(crate) fn shown(&self) -> Truncated<&PolicyReport> {
        Truncated::new(MAX_POLICIES, &self.policies)
    }

    /// The policies with a permission.
    pub(crate) fn policies_with(&self, permission: &Permission) -> Truncated<&PolicyReport> {
        let may = |policy: &&PolicyReport| {
            let permission = UntrustedText::name(permission);
            policy.decides.iter().any(|grant| grant.granted && grant.what == permission)
        };
        Truncated::new(MAX, self.policies.iter().filter(may))
    }

    /// The granted paths, each with the policies that may see it.
    pub(crate) fn seen(&self) -> Truncated<(&UntrustedText, Truncated<&PolicyReport>)> {
        let mut seen: BTreeMap<&UntrustedText, Vec<&PolicyReport>> = BTreeMap::new();
        for policy in &self.policies {
            for grant in policy.sees.iter().filter(|grant| grant.granted) {
                seen.entry(&grant.what).or_default().push(policy);
            }
        }
        Truncated::new(
            MAX,
            seen.into_iter().map(|(path, seers)| (path, Truncated::new(MAX, seers))),
        )
    }
}

impl PolicyReport {
    fn new(
        (policy, lookups): (&Policy, &BTreeMap<LookupName, Lookup>),
        bytes: &[u8],
        cost: Option<&Cost>,
        (whole, own): (Option<&Tested>, Option<Tested>),
        values: Values,
    ) -> anyhow::Result<PolicyReport> {
        let info = ComponentInfo::parse(bytes)?;
        let metadata = info.metadata.as_ref().and_then(|metadata| metadata.as_ref().ok());
        let scope = &policy.applies_to;
        let lists = [
            ("triggers", &scope.triggers),
            ("user-pools", &scope.user_pools),
            ("clients", &scope.clients),
        ];
        let words = lists
            .into_iter()
            .flat_map(|(key, list)| list.iter().map(move |word| (key, UntrustedText::name(word))));
        Ok(PolicyReport {
            id: policy.id.clone(),
            mode: policy.terms.mode,
            on_failure: policy.terms.on_failure,
            applies_to: Truncated::new(MAX, words),
            component: UntrustedText::name(&policy.component),
            digest: Digest::new(bytes),
            size: bytes.len() as u64,
            summary: ComponentSummary::new(&info),
            metadata: MetadataSummary::new(&info),
            sees: super::grants::of_reads(policy, metadata),
            facts: super::grants::of_facts(policy, lookups, metadata),
            decides: super::grants::of_verdicts(policy, metadata),
            settings: super::settings::list(&policy.settings, metadata, values),
            uses: super::budgets::used(&policy.limits, cost),
            limits: super::budgets::others(&policy.limits),
            times: cost.and_then(|cost| cost.times.clone()),
            denials: denials(policy, metadata, whole, own.as_ref()),
            covered: whole.map(|whole| whole.covered(&policy.id)).unwrap_or_default(),
            own,
        })
    }

    pub(crate) fn is_monitored(&self) -> bool {
        self.mode == Mode::Monitor
    }

    pub(crate) fn abstains_on_failure(&self) -> bool {
        self.on_failure == OnFailure::Abstain
    }

    /// The size of the component, in bytes.
    pub(crate) fn bytes(&self) -> String {
        grouped(self.size)
    }

    /// The most fuel that one evaluation used.
    pub(crate) fn fuel(&self) -> &str {
        let used = self.uses.first().and_then(|spent| spent.used.as_ref());
        used.map_or("not measured", |used| &used.amount)
    }

    /// Its coverage by the cases of its project.
    pub(crate) fn covered_by_own_cases(&self) -> Vec<UntrustedText> {
        self.own.as_ref().map(|own| own.covered(&self.id)).unwrap_or_default()
    }

    pub(crate) fn may_deny(&self) -> bool {
        granted(&self.decides).any(|verdict| *verdict == UntrustedText::name(Permission::Deny))
    }

    /// The id of the plot of its times in the page.
    pub(crate) fn times_label(&self) -> String {
        format!("times-of-{}", self.id)
    }

    pub(crate) fn granted_paths(&self) -> Truncated<&UntrustedText> {
        Truncated::new(MAX, granted(&self.sees))
    }

    /// The rows of the members that it may see or requests; if there are too many, differences
    /// come first, so that none is hidden behind others.
    pub(crate) fn shown_sees(&self) -> Truncated<&GrantRow> {
        let those = |differ| self.sees.iter().filter(move |row| row.is_difference == differ);
        match self.sees.len() > MAX {
            true => Truncated::new(MAX, those(true).chain(those(false))),
            false => Truncated::new(MAX, &self.sees),
        }
    }

    pub(crate) fn granted_verdicts(&self) -> Truncated<&UntrustedText> {
        Truncated::new(MAX, granted(&self.decides))
    }

    /// The number of differences between grants and requests, or `None` without metadata.
    pub(crate) fn differences(&self) -> Option<usize> {
        let grants = self.sees.iter().chain(&self.facts).chain(&self.decides);
        let differences = grants.filter(|grant| grant.is_difference).count();
        matches!(self.metadata, MetadataSummary::Valid { .. }).then_some(differences)
    }
}

fn granted(grants: &[GrantRow]) -> impl Iterator<Item = &UntrustedText> {
    grants.iter().filter(|grant| grant.granted).map(|grant| &grant.what)
}

fn denials(
    policy: &Policy,
    metadata: Option<&Metadata>,
    whole: Option<&Tested>,
    own: Option<&Tested>,
) -> Truncated<Denial> {
    let declared = metadata.map(|metadata| &metadata.denials);
    let suites = || whole.into_iter().chain(own);
    let seen = suites().flat_map(|tested| tested.seen(&policy.id));
    let codes: BTreeSet<&String> =
        declared.into_iter().flat_map(BTreeMap::keys).chain(seen).collect();
    let denial = |code: &String| Denial {
        code: UntrustedText::name(code),
        meaning: declared.and_then(|declared| declared.get(code)).map(UntrustedText::sentence),
        tested: suites().any(|tested| tested.has_tested(&policy.id, code)),
    };
    Truncated::new(MAX, codes.into_iter().map(denial))
}
