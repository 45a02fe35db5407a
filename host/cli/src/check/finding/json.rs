//! Findings as one JSON object.

use super::{Findings, Region, Rule, Severity};
use admit_core::{PolicyId, printable};
use serde::Serialize;

#[derive(Serialize)]
struct JsonFindings<'a> {
    path: &'a str,
    policies: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    findings: Vec<JsonFinding<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonFinding<'a> {
    rule: Rule,
    severity: Severity,
    policy: Option<&'a PolicyId>,
    message: String,
    file: &'a str,
    key: Option<&'a str>,
    /// The region in the file, or null for the whole file.
    region: Option<Region>,
}

impl Findings {
    /// The findings as one JSON object.
    pub(crate) fn to_json(&self) -> impl Serialize {
        let findings = self.list.iter().map(|finding| JsonFinding {
            rule: finding.rule,
            severity: finding.rule.severity(),
            policy: finding.policy.as_ref(),
            message: printable(&finding.message, super::MAX_CHARACTERS),
            file: finding.place.file(),
            key: finding.place.key_text(),
            region: finding.place.region(),
        });
        JsonFindings {
            path: &self.path,
            policies: self.policies,
            errors: self.count(Severity::Error),
            warnings: self.count(Severity::Warning),
            notes: self.count(Severity::Note),
            findings: findings.collect(),
        }
    }
}
