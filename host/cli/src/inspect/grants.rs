//! What a policy asks for against what it is granted.

use super::lines::Lines;
use admit_core::{FactGrant, Lookup, LookupName, Metadata, Policy};
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Display;

/// One policy's grants, and how they differ from what its component asks for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Grants {
    policy: String,
    reads: Comparison,
    facts: Comparison,
    verdicts: Comparison,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Comparison {
    granted: Vec<String>,
    /// Null where the component does not say.
    asked_for: Option<Vec<String>>,
    missing: Vec<String>,
    unused: Vec<String>,
}

impl Grants {
    pub(super) fn of(
        policy: &Policy,
        lookups: &BTreeMap<LookupName, Lookup>,
        metadata: Option<&Metadata>,
    ) -> Grants {
        let (reads, verdicts) = (&policy.reads, &policy.terms.verdicts);
        let facts = metadata.map(|metadata| &metadata.facts);
        Grants {
            policy: policy.id.to_string(),
            reads: Comparison::new(&reads.compare(metadata.map(|metadata| &metadata.reads))),
            facts: Comparison::new(&FactGrant::compare(&policy.facts, lookups, facts)),
            verdicts: Comparison::new(
                &verdicts.compare(metadata.map(|metadata| &metadata.verdicts)),
            ),
        }
    }

    pub(super) fn policy(&self) -> &str {
        &self.policy
    }

    /// A line for each grant, and for each that is asked for and missing.
    pub(super) fn show(&self, lines: &mut Lines) {
        lines.list("reads", self.reads.marked());
        if !self.facts.is_empty() {
            lines.list("facts", self.facts.marked());
        }
        lines.list("verdicts", self.verdicts.marked());
    }
}

impl Comparison {
    fn new<T: Clone + Display>(grants: &admit_core::Grants<T>) -> Comparison {
        let granted = grants.iter().filter(|grant| grant.granted);
        let requested = grants.iter().filter(|grant| grant.requested == Some(true));
        let requested = texts(requested.map(|grant| &grant.what));
        Comparison {
            granted: texts(granted.map(|grant| &grant.what)),
            asked_for: grants.has_requests().then_some(requested),
            missing: texts(grants.missing()),
            unused: texts(grants.unused()),
        }
    }

    /// Returns whether nothing is granted and nothing is missing.
    fn is_empty(&self) -> bool {
        self.granted.is_empty() && self.missing.is_empty()
    }

    fn marked(&self) -> Vec<String> {
        let unused: HashSet<&String> = self.unused.iter().collect();
        let granted = self.granted.iter().map(|item| match unused.contains(item) {
            true => format!("{item} (granted and not asked for)"),
            false => item.clone(),
        });
        let missing = self.missing.iter().map(|item| format!("{item} (asked for, not granted)"));
        granted.chain(missing).collect()
    }
}

fn texts(items: impl Iterator<Item = impl ToString>) -> Vec<String> {
    items.map(|item| item.to_string()).collect()
}
