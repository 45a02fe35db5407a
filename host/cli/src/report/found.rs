//! The findings of `admit check`, for the page.

use super::untrusted_text::{Truncated, UntrustedText};
use crate::check::finding::{Findings, Place, Severity};

/// The maximum number of findings on the page.
const MAX: usize = 200;

/// A row of the table of findings.
pub(crate) struct FindingRow {
    pub(crate) severity: Severity,
    /// The stable id of its rule.
    pub(crate) rule: &'static str,
    pub(crate) policy: Option<UntrustedText>,
    pub(crate) message: UntrustedText,
    /// The file, with the line if it is a text file.
    pub(crate) place: UntrustedText,
}

/// The rows of findings, ordered by severity.
pub(crate) fn rows(findings: &Findings) -> Truncated<FindingRow> {
    let all = [Severity::Error, Severity::Warning, Severity::Note];
    let sorted = all.into_iter().flat_map(|severity| {
        findings.list.iter().filter(move |finding| finding.rule.severity() == severity)
    });
    let rows = sorted.map(|finding| FindingRow {
        severity: finding.rule.severity(),
        rule: finding.rule.id(),
        policy: finding.policy.as_ref().map(UntrustedText::name),
        message: UntrustedText::sentence(&finding.message),
        place: match &finding.place {
            Place::File(file) => UntrustedText::name(file),
            Place::Lines { at, .. } => UntrustedText::name(format!("{}:{}", at.file, at.line)),
        },
    });
    Truncated::new(MAX, rows)
}
