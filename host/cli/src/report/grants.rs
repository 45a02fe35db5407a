//! The grants of a policy beside its requests, for the page.

use super::untrusted_text::UntrustedText;
use admit_core::{FactGrant, Grant, GrantStatus, Grants, Lookup, LookupName, Metadata, Policy};
use std::collections::BTreeMap;
use std::fmt::Display;

/// A row of the table of grants and requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GrantRow {
    pub(crate) what: UntrustedText,
    pub(crate) granted: bool,
    /// Whether the policy requests it, or `None` if it has no metadata.
    pub(crate) requested: Option<bool>,
    /// An explanation, if the two columns are not sufficient.
    pub(crate) remark: Option<String>,
    pub(crate) is_difference: bool,
}

/// The rows of the members of an event that are granted or requested.
pub(crate) fn of_reads(policy: &Policy, metadata: Option<&Metadata>) -> Vec<GrantRow> {
    rows(&policy.reads.compare(metadata.map(|metadata| &metadata.reads)))
}

/// The rows of the facts that are granted or requested.
pub(crate) fn of_facts(
    policy: &Policy,
    lookups: &BTreeMap<LookupName, Lookup>,
    metadata: Option<&Metadata>,
) -> Vec<GrantRow> {
    let requested = metadata.map(|metadata| &metadata.facts);
    rows(&FactGrant::compare(&policy.facts, lookups, requested))
}

/// The rows of the verdicts that are granted or requested.
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
