//! What `admit check` finds, for the page.

use super::words::{Few, Words};
use crate::check::finding::{Findings, Place, Severity};

/// The most findings that are shown.
const MOST: usize = 200;

/// One finding.
pub(crate) struct Found {
    pub(crate) severity: Severity,
    /// The stable name of its rule.
    pub(crate) rule: &'static str,
    pub(crate) policy: Option<Words>,
    pub(crate) message: Words,
    /// The file, and the line if it has lines.
    pub(crate) place: Words,
}

/// What was found, the worst first.
pub(crate) fn of(findings: &Findings) -> Few<Found> {
    let all = [Severity::Error, Severity::Warning, Severity::Note];
    let sorted = all.into_iter().flat_map(|severity| {
        findings.list.iter().filter(move |finding| finding.rule.severity() == severity)
    });
    let found = sorted.map(|finding| Found {
        severity: finding.rule.severity(),
        rule: finding.rule.id(),
        policy: finding.policy.as_ref().map(Words::name),
        message: Words::sentence(&finding.message),
        place: match &finding.place {
            Place::File(file) => Words::name(file),
            Place::Lines { at, .. } => Words::name(format!("{}:{}", at.file, at.line)),
        },
    });
    Few::of(MOST, found)
}
