//! Code that differs although nothing differs that it is made of: it was exchanged, or made by
//! another `admit`.

use admit_core::{Limits, Log, Policy, PolicyId, Problem, printable};
use admit_engine::bundle::{ConfiguredPolicy, Entry, Index};
use std::collections::{BTreeMap, HashSet};

/// As much of the name of a component as is shown.
const MAX_CHARACTERS: usize = 100;

/// A line for each policy whose code differs for no reason that is named elsewhere, and for
/// each component that a policy does not speak for.
pub(super) fn exchanged(old: &Index, new: &Index) -> Result<Vec<String>, Problem> {
    let mut lines = Vec::new();
    if (&old.engine, old.target) != (&new.engine, new.target) {
        return Ok(lines);
    }
    let (before, now) = (policies(old)?, policies(new)?);
    let mut spoken_for = HashSet::new();
    for (id, is) in &now {
        let Some(was) = before.get(id) else { continue };
        if was.entry.source != is.entry.source {
            continue;
        }
        match (was.configured, is.configured) {
            (Some(old), Some(new))
                if old.settings == new.settings && was.limits() == is.limits() =>
            {
                if old.compiled != new.compiled {
                    let (old, new) = (old.compiled, new.compiled);
                    lines.push(format!("policy.{id}: other code: {old} → {new}"));
                }
                if old.fuel != new.fuel {
                    let (old, new) = (old.fuel, new.fuel);
                    lines.push(format!("policy.{id}: other fuel for `configure`: {old} → {new}"));
                }
            }
            // It has other settings or limits, which are named.
            (Some(_), Some(_)) => {}
            (None, None) => {
                spoken_for.insert(&is.policy.component);
                if was.entry.compiled != is.entry.compiled {
                    let (old, new) = (shown(&was.entry), shown(&is.entry));
                    lines.push(format!("policy.{id}: other code: {old} → {new}"));
                }
            }
            // That is named, and another file with it.
            _ => _ = spoken_for.insert(&is.policy.component),
        }
    }
    for (name, is) in &new.components {
        let Some(was) = old.components.get(name) else { continue };
        if was.source == is.source && was.compiled != is.compiled && !spoken_for.contains(name) {
            let (name, old, new) = (printable(name, MAX_CHARACTERS), shown(was), shown(is));
            lines.push(format!("component.{name}: other code: {old} → {new}"));
        }
    }
    Ok(lines)
}

fn shown(entry: &Entry) -> String {
    entry.compiled.map_or_else(|| "none".to_owned(), |compiled| compiled.to_string())
}

/// A policy, and what was made of its component.
struct Made {
    policy: Policy,
    entry: Entry,
    configured: Option<ConfiguredPolicy>,
}

impl Made {
    /// What it was configured under, besides its settings.
    fn limits(&self) -> (Limits, Log) {
        (self.policy.limits, self.policy.log)
    }
}

/// The policies of a bundle that have a component.
fn policies(index: &Index) -> Result<BTreeMap<PolicyId, Made>, Problem> {
    let policies = index.manifest()?.policies.into_iter();
    let made = policies.filter_map(|policy| {
        let entry = *index.components.get(&policy.component)?;
        let configured = index.configured.get(&policy.id).copied();
        Some((policy.id.clone(), Made { policy, entry, configured }))
    });
    Ok(made.collect())
}
