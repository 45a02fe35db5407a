//! The output of `admit inspect` for a component.

use super::grants::Grants;
use super::lines::Lines;
use crate::policy_set::loaded_manifest::LoadedManifest;
use admit_core::Metadata;
use admit_engine::{Digest, read_regular_file};
use admit_package::about::{ComponentSummary, Import};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A component, and its grants if a manifest was named.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ComponentReport {
    kind: &'static str,
    path: String,
    digest: Digest,
    component: ComponentSummary,
    /// The grants of each policy that uses it; `None` if no manifest was named.
    grants: Option<Vec<Grants>>,
    /// The policies of the manifest that may or may not use it.
    not_compared: Vec<NotCompared>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NotCompared {
    policy: String,
    reason: String,
}

impl ComponentReport {
    pub(crate) fn new(path: String, bytes: &[u8]) -> anyhow::Result<ComponentReport> {
        let (digest, component) = (Digest::new(bytes), ComponentSummary::of(bytes)?);
        let not_compared = Vec::new();
        Ok(ComponentReport {
            kind: "component",
            path,
            digest,
            component,
            grants: None,
            not_compared,
        })
    }

    /// Finds the policies of a manifest that use the component at a path: by the path, or by the
    /// digest of the file. It does not build the projects that the manifest names.
    pub(crate) fn find_grants(&mut self, path: &Path, manifest: &Path) -> anyhow::Result<()> {
        let (_, read) = LoadedManifest::read_manifest(manifest)?;
        let folder = manifest.parent().unwrap_or(Path::new(""));
        let here = path.canonicalize().ok();
        let mut used: HashMap<&str, Result<bool, String>> = HashMap::new();
        let metadata = self.component.metadata();
        let mut grants = Vec::new();
        for policy in &read.policies {
            let uses = || self.is_at(&folder.join(&policy.component), here.as_ref());
            match used.entry(&policy.component).or_insert_with(uses) {
                Ok(true) => grants.push(Grants::of(policy, &read.lookups, metadata.as_ref())),
                Ok(false) => {}
                Err(reason) => self
                    .not_compared
                    .push(NotCompared { policy: policy.id.to_string(), reason: reason.clone() }),
            }
        }
        self.grants = Some(grants);
        Ok(())
    }

    /// Returns whether all imports are granted and the metadata can be read.
    pub(crate) fn is_sound(&self) -> bool {
        self.component.is_sound()
    }

    pub(crate) fn to_text(&self) -> String {
        let mut lines = Lines::default();
        lines.one("component", &self.path);
        lines.one("contract", &contract(&self.component));
        lines.one("size", &format!("{} bytes", self.component.size));
        lines.one("digest", &self.digest.to_string());
        let imports = imports(&self.component);
        lines.tree("imports", imports.map(|import| (import.marked(), &import.types[..])));
        let exports = self.component.exports.iter();
        lines.tree("exports", exports.map(|export| (export.name.clone(), &export.types[..])));
        lines.list("producers", self.component.producers.iter().cloned());
        says(&self.component, &mut lines);
        for grants in self.grants.iter().flatten() {
            grants.show_headed(&mut lines);
        }
        if self.grants.as_ref().is_some_and(Vec::is_empty) {
            lines.heading(match self.not_compared.is_empty() {
                true => "no policy of the manifest uses it",
                false => "no policy of the manifest that was compared uses it",
            });
        }
        lines.remarks(self.not_compared.iter().map(|NotCompared { policy, reason }| {
            format!("not compared: policy `{policy}`: {reason}")
        }));
        lines.into_text()
    }

    /// Returns whether it is the component at a path, or why that is unknown.
    fn is_at(&self, path: &Path, here: Option<&PathBuf>) -> Result<bool, String> {
        if here.is_some() && path.canonicalize().ok().as_ref() == here {
            return Ok(true);
        }
        let cannot = |error| format!("cannot be read: {error}");
        let found = fs::metadata(path).map_err(cannot)?;
        if found.is_dir() {
            return Err("a project is not built here".to_owned());
        }
        let size = self.component.size as u64;
        // A file of another size is another component.
        if found.is_file() && found.len() != size {
            return Ok(false);
        }
        let bytes = read_regular_file(path, size).map_err(cannot)?;
        Ok(Digest::new(&bytes) == self.digest)
    }
}

impl Grants {
    fn show_headed(&self, lines: &mut Lines) {
        lines.heading(&format!("granted to policy `{}`", self.policy()));
        self.show(lines);
    }
}

/// The imports: those that are not granted come first, because a text may not show all of them.
pub(super) fn imports(component: &ComponentSummary) -> impl Iterator<Item = &Import> {
    let of = |granted| component.imports.iter().filter(move |import| import.granted == granted);
    of(false).chain(of(true))
}

pub(super) fn contract(component: &ComponentSummary) -> String {
    match &component.contract {
        Some(version) => format!("admit:policy@{version}"),
        None => "none: it does not export `admit:policy/sign-up-policy`".to_owned(),
    }
}

/// Shows the metadata, which the author of the component wrote.
pub(super) fn says(component: &ComponentSummary, lines: &mut Lines) {
    if let Some(reason) = &component.metadata_error {
        lines.heading(&format!("metadata (cannot be read): {reason}"));
        return;
    }
    let Some(metadata) = component.metadata() else {
        lines.heading("metadata: none");
        return;
    };
    lines.heading("metadata, by the author of the policy");
    let Metadata {
        name,
        version,
        description,
        language,
        reads,
        facts,
        verdicts,
        settings,
        denials,
    } = metadata;
    lines.one("name", &format!("{name} {version}"));
    lines.one("purpose", &description);
    lines.one("language", &language.to_string());
    lines.list("reads", reads.iter().map(ToString::to_string));
    if !facts.is_empty() {
        lines.list("facts", facts.iter().map(|(role, kind)| format!("{role}: {kind}")));
    }
    lines.list("verdicts", verdicts.iter().map(|power| power.to_string()));
    let settings = settings.map(Value::Object).unwrap_or_else(|| json!({}));
    lines.list("settings", self::settings(&settings));
    lines.list("denials", denials.iter().map(|(code, meaning)| format!("{code}: {meaning}")));
}

/// Summarises the keys of a schema.
fn settings(schema: &Value) -> impl Iterator<Item = String> {
    let required = schema["required"].as_array().into_iter().flatten();
    let required: HashSet<&str> = required.filter_map(Value::as_str).collect();
    let keys = schema["properties"].as_object().into_iter().flatten();
    keys.map(move |(key, value)| {
        let mut text = key.clone();
        if let Some(kind) = value["type"].as_str() {
            text = format!("{text}: {kind}");
        }
        if required.contains(key.as_str()) {
            text.push_str(", required");
        }
        if let Some(default) = value.get("default") {
            text = format!("{text}, {default} by default");
        }
        if let Some(description) = value["description"].as_str() {
            text = format!("{text}; {description}");
        }
        text
    })
}
