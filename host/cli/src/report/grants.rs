//! What a policy is granted beside what it requests, as the report shows it.

use super::untrusted_text::UntrustedText;
use admit_core::{Grant, GrantStatus, Grants, Metadata, Policy};
use std::fmt::Display;

/// A row of the table of grants and requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GrantRow {
    pub(crate) what: UntrustedText,
    pub(crate) granted: bool,
    /// Whether the policy requests it, or `None` if it has no metadata.
    pub(crate) requested: Option<bool>,
    /// How the two go together, if the two columns before do not tell.
    pub(crate) remark: Option<String>,
    pub(crate) is_difference: bool,
}

/// What a policy may see, and what it requests to see.
pub(crate) fn of_reads(policy: &Policy, metadata: Option<&Metadata>) -> Vec<GrantRow> {
    rows(&policy.reads.compare(metadata.map(|metadata| &metadata.reads)))
}

/// What a policy may decide, and what it requests to decide.
pub(crate) fn of_verdicts(policy: &Policy, metadata: Option<&Metadata>) -> Vec<GrantRow> {
    rows(&policy.terms.verdicts.compare(metadata.map(|metadata| &metadata.verdicts)))
}

fn rows<T: Clone + Display>(grants: &Grants<T>) -> Vec<GrantRow> {
    let row = |grant: &Grant<T>| GrantRow {
        what: UntrustedText::name(&grant.what),
        granted: grant.granted,
        requested: grant.requested,
        remark: remark(&grant.status),
        is_difference: grant.status.is_difference(),
    };
    grants.iter().map(row).collect()
}

fn remark<T: Display>(status: &GrantStatus<T>) -> Option<String> {
    Some(match status {
        GrantStatus::Equal | GrantStatus::Unknown => return None,
        GrantStatus::Within(all) => format!("granted with {}", UntrustedText::name(all)),
        GrantStatus::PartOf(all) => format!("part of {}", UntrustedText::name(all)),
        GrantStatus::InPart => "granted in part".to_owned(),
        GrantStatus::NotGranted => "requested, not granted".to_owned(),
        GrantStatus::NotRequested => "granted, not requested".to_owned(),
    })
}
