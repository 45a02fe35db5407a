//! What `admit check` finds, for the page.

use super::untrusted_text::{Truncated, UntrustedText};
use crate::check::finding::{Findings, Place, Severity};

/// The most findings that are shown.
const MAX: usize = 200;

/// One finding.
pub(crate) struct Found {
    pub(crate) severity: Severity,
    /// The stable name of its rule.
    pub(crate) rule: &'static str,
    pub(crate) policy: Option<UntrustedText>,
    pub(crate) message: UntrustedText,
    /// The file, and the line if it has lines.
    pub(crate) place: UntrustedText,
}

/// What was found, the worst first.
pub(crate) fn of(findings: &Findings) -> Truncated<Found> {
    let all = [Severity::Error, Severity::Warning, Severity::Note];
    let sorted = all.into_iter().flat_map(|severity| {
        findings.list.iter().filter(move |finding| finding.rule.severity() == severity)
    });
    let found = sorted.map(|finding| Found {
        severity: finding.rule.severity(),
        rule: finding.rule.id(),
        policy: finding.policy.as_ref().map(UntrustedText::name),
        message: UntrustedText::sentence(&finding.message),
        place: match &finding.place {
            Place::File(file) => UntrustedText::name(file),
            Place::Lines { at, .. } => UntrustedText::name(format!("{}:{}", at.file, at.line)),
        },
    });
    Truncated::of(MAX, found)
}
