//! What is different between two bundles, in words.

mod code;

use crate::package::index::Known;
use admit_core::printable;
use admit_engine::Digest;
use admit_engine::bundle::{ABOUT, Index};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The most characters of a value that are shown; a digest has 71.
const MAX_CHARACTERS: usize = 80;

/// Part of the path to a policy's settings, whose values may be secrets.
const SETTINGS: &str = ".settings.";

/// What replacing one bundle by another changes, a line each; nothing if they hold the same code
/// and say the same of it.
pub(crate) fn between(old: &Known, new: &Index) -> anyhow::Result<Vec<String>> {
    let Known { index: old, has_settings } = old;
    let (was, mut is) = (by_policy(old)?, by_policy(new)?);
    let mut lines = Vec::new();
    if !has_settings {
        for (id, before) in &old.configured {
            // Of these their digests alone are known.
            let (was, is) = (&was["policy"][id.as_str()], &mut is["policy"][id.as_str()]);
            if is.is_object() {
                is["settings"] = was["settings"].clone();
            }
            let now = new.configured.get(id).filter(|now| now.settings != before.settings);
            lines.extend(now.map(|_| format!("policy.{id}.settings: changed")));
        }
    }
    compare("", &was, &is, &mut lines);
    lines.extend(code::exchanged(old, new)?);
    // What they say follows from the components and the settings.
    let sources = |index: &Index| -> BTreeSet<Digest> {
        index.components.values().map(|entry| entry.source).collect()
    };
    if sources(old) == sources(new) {
        lines.extend(other_file(ABOUT, old.about, new.about));
    }
    Ok(lines)
}

/// A file that has another digest for no reason that is named elsewhere.
fn other_file(name: &str, old: Option<Digest>, new: Option<Digest>) -> Option<String> {
    match (old, new) {
        (Some(old), Some(new)) if old != new => Some(format!("{name}: {old} → {new}")),
        (Some(_), None) => Some(format!("{name}: removed")),
        (None, Some(_)) => Some(format!("{name}: added")),
        _ => None,
    }
}

/// An index as nested objects, in which each policy has its id for a key.
fn by_policy(index: &Index) -> serde_json::Result<Value> {
    let mut value = serde_json::to_value(index)?;
    let policies = value["manifest"]["policy"].take();
    let mut order = Vec::new();
    let mut by_id = Map::new();
    for mut policy in policies.as_array().cloned().unwrap_or_default() {
        let id = policy["id"].take().as_str().unwrap_or_default().to_owned();
        if let Some(policy) = policy.as_object_mut() {
            policy.remove("id");
            let configured = match value["configured"][&id].is_null() {
                false => "when it is bundled",
                true => "for each sign-up",
            };
            policy.insert("configured".to_owned(), configured.into());
        }
        order.push(Value::from(id.clone()));
        by_id.insert(id, policy);
    }
    let mut whole = Map::new();
    for member in ["format", "engine", "target"] {
        whole.insert(member.to_owned(), value[member].take());
    }
    for member in ["budget", "when-no-policy-applies", "record"] {
        let value = value["manifest"][member].take();
        whole.extend((!value.is_null()).then(|| (member.to_owned(), value)));
    }
    whole.insert("policy".to_owned(), by_id.into());
    // The compiled files follow from all this, unless one was exchanged.
    let components = value["components"].as_object().into_iter().flatten();
    let sources = components.map(|(name, entry)| (name.clone(), entry["source"].clone()));
    whole.insert("component".to_owned(), sources.collect::<Map<_, _>>().into());
    whole.insert("order of policies".to_owned(), order.into());
    Ok(whole.into())
}

fn compare(path: &str, old: &Value, new: &Value, lines: &mut Vec<String>) {
    let (Value::Object(old), Value::Object(new)) = (old, new) else {
        if old != new {
            lines.push(match path.contains(SETTINGS) {
                true => format!("{path}: changed"),
                false => format!("{path}: {} → {}", shown(old), shown(new)),
            });
        }
        return;
    };
    for name in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
        let name_shown = printable(name, MAX_CHARACTERS);
        let path = if path.is_empty() { name_shown } else { format!("{path}.{name_shown}") };
        match (old.get(name), new.get(name)) {
            (Some(old), Some(new)) => compare(&path, old, new, lines),
            (Some(_), None) => lines.push(format!("{path}: removed")),
            (None, Some(_)) => lines.push(format!("{path}: added")),
            (None, None) => {}
        }
    }
}

/// The other bundle may be anybody's, so that not everything in it is fit for a terminal.
fn shown(value: &Value) -> String {
    printable(&value.as_str().map_or_else(|| value.to_string(), str::to_owned), MAX_CHARACTERS)
}
