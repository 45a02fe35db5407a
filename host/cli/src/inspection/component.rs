use super::grants::Grants;
use super::lines::Lines;
use crate::about::{Item, Portrait};
use crate::assembly::{self, Assembly};
use admit_core::{Metadata, Policy};
use admit_engine::Digest;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;

/// A component, and what it is granted if a manifest was named.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Inspected {
    kind: &'static str,
    path: String,
    digest: Digest,
    component: Portrait,
    /// Of each policy that uses it; null where no manifest was named.
    grants: Option<Vec<Grants>>,
}

impl Inspected {
    pub(crate) fn new(path: String, bytes: &[u8]) -> anyhow::Result<Inspected> {
        let (digest, component) = (Digest::of(bytes), Portrait::of(bytes)?);
        Ok(Inspected { kind: "component", path, digest, component, grants: None })
    }

    /// Finds the policies of a manifest that use it: by its file, or by its digest.
    pub(crate) fn find_grants(&mut self, manifest: &Path) -> anyhow::Result<()> {
        let (_, read) = Assembly::read_manifest(manifest)?;
        let folder = manifest.parent().unwrap_or(Path::new(""));
        let here = Path::new(&self.path).canonicalize().ok();
        let mut used: HashMap<&str, bool> = HashMap::new();
        let metadata = self.component.metadata();
        let uses = |policy: &Policy| {
            let path = folder.join(&policy.component);
            here.is_some() && path.canonicalize().ok() == here
                // One that cannot be read is another one.
                || assembly::component(&path).is_ok_and(|bytes| Digest::of(&bytes) == self.digest)
        };
        let mut grants = Vec::new();
        for policy in &read.policies {
            if *used.entry(&policy.component).or_insert_with(|| uses(policy)) {
                grants.push(Grants::of(policy, metadata.as_ref()));
            }
        }
        self.grants = Some(grants);
        Ok(())
    }

    pub(crate) fn to_json(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    pub(crate) fn to_text(&self) -> String {
        let mut lines = Lines::default();
        lines.one("component", &self.path);
        lines.one("contract", &contract(&self.component));
        lines.one("size", &format!("{} bytes", self.component.size));
        lines.one("digest", &self.digest.to_string());
        lines.list("imports", self.component.imports.iter().flat_map(shown));
        lines.list("exports", self.component.exports.iter().flat_map(shown));
        lines.list("producers", self.component.producers.iter().cloned());
        says(&self.component, &mut lines);
        for grants in self.grants.iter().flatten() {
            grants.show_headed(&mut lines);
        }
        if self.grants.as_ref().is_some_and(Vec::is_empty) {
            lines.heading("no policy of the manifest uses it");
        }
        lines.text
    }
}

impl Grants {
    fn show_headed(&self, lines: &mut Lines) {
        lines.heading(&format!("granted to policy `{}`", self.policy()));
        self.show(lines);
    }
}

fn contract(component: &Portrait) -> String {
    match &component.contract {
        Some(version) => format!("admit:policy@{version}"),
        None => "none: it does not export `admit:policy/sign-up-policy`".to_owned(),
    }
}

/// A name with what is in it.
fn shown(item: &Item) -> Vec<String> {
    let name = match item.granted {
        Some(false) => format!("{} (not granted)", item.name),
        _ => item.name.clone(),
    };
    let types = item.types.iter().map(|line| format!("  {line}"));
    [name].into_iter().chain(types).collect()
}

/// What it says of itself, which is its author's word.
pub(super) fn says(component: &Portrait, lines: &mut Lines) {
    if let Some(reason) = &component.metadata_error {
        lines.heading("what it says of itself cannot be read");
        lines.one("reason", reason);
        return;
    }
    let Some(metadata) = component.metadata() else {
        lines.heading("it says nothing of itself");
        return;
    };
    lines.heading("it says of itself");
    let Metadata { name, version, description, reads, verdicts, settings, denials } = metadata;
    lines.one("name", &format!("{name} {version}"));
    lines.one("purpose", &description);
    lines.list("reads", reads.iter().map(ToString::to_string));
    lines.list("verdicts", verdicts.iter().map(|power| power.to_string()));
    let settings = settings.map(Value::Object).unwrap_or_else(|| json!({}));
    lines.list("settings", self::settings(&settings));
    lines.list("denials", denials.iter().map(|(code, meaning)| format!("{code}: {meaning}")));
}

/// The keys of a schema, with the little that is worth knowing of each.
fn settings(schema: &Value) -> Vec<String> {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let keys = schema["properties"].as_object().into_iter().flatten();
    keys.map(|(key, value)| {
        let mut text = key.clone();
        if let Some(kind) = value["type"].as_str() {
            text = format!("{text}: {kind}");
        }
        if required.iter().any(|name| name == key) {
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
    .collect()
}
