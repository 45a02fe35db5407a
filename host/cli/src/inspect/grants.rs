//! What a policy asks for against what it is granted.

use super::lines::Lines;
use admit_core::{Metadata, Policy};
use serde::Serialize;
use std::fmt::Display;

/// One policy's grants, and how they differ from what its component asks for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Grants {
    policy: String,
    reads: Comparison,
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
    pub(super) fn of(policy: &Policy, metadata: Option<&Metadata>) -> Grants {
        let (reads, verdicts) = (&policy.reads, &policy.terms.verdicts);
        Grants {
            policy: policy.id.to_string(),
            reads: Comparison::of(
                reads.iter(),
                metadata.map(|metadata| {
                    let difference = reads.difference(&metadata.reads);
                    (texts(metadata.reads.iter()), difference.missing, difference.unused)
                }),
            ),
            verdicts: Comparison::of(
                verdicts.iter(),
                metadata.map(|metadata| {
                    let difference = verdicts.difference(&metadata.verdicts);
                    (texts(metadata.verdicts.iter()), difference.missing, difference.unused)
                }),
            ),
        }
    }

    pub(super) fn policy(&self) -> &str {
        &self.policy
    }

    /// A line for each grant, and for each that is asked for and missing.
    pub(super) fn show(&self, lines: &mut Lines) {
        lines.list("reads", self.reads.marked());
        lines.list("verdicts", self.verdicts.marked());
    }
}

impl Comparison {
    fn of<T: Display>(
        granted: impl Iterator<Item = impl ToString>,
        asked: Option<(Vec<String>, Vec<T>, Vec<T>)>,
    ) -> Comparison {
        let granted = texts(granted);
        match asked {
            None => Comparison { granted, asked_for: None, missing: vec![], unused: vec![] },
            Some((asked, missing, unused)) => Comparison {
                granted,
                asked_for: Some(asked),
                missing: texts(missing.iter()),
                unused: texts(unused.iter()),
            },
        }
    }

    fn marked(&self) -> Vec<String> {
        let granted = self.granted.iter().map(|item| match self.unused.contains(item) {
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
