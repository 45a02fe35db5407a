//! The results of cases, and their output as text and JSON.

use super::coverage::Coverage;
use super::expectation::{About, Difference};
use crate::output::format::to_json;
use crate::output::terminal;
use admit_core::{PolicyId, Size, grouped};
use serde::Serialize;
use std::fmt::Write;

/// The results of the cases in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Results {
    /// The file of the cases.
    pub(crate) file: String,
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    /// The number of cases that were not run.
    pub(crate) left_out: usize,
    pub(crate) cases: Vec<CaseResult>,
    /// The coverage by the cases that were run.
    pub(crate) coverage: Coverage,
}

/// The result of one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CaseResult {
    pub(crate) name: String,
    /// The line on which the case begins, counted from 1.
    pub(crate) line: usize,
    /// The only policy of a manifest that the case evaluates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) policy: Option<PolicyId>,
    pub(crate) outcome: Verdict,
    /// The expected result, in words.
    pub(crate) expected: String,
    /// The actual result, in words.
    pub(crate) got: String,
    /// The differences between them, including the cost.
    pub(crate) differences: Vec<Difference>,
    /// Units of fuel of all policies together, or `None` if a policy was interrupted.
    pub(crate) fuel: Option<u64>,
    /// The largest memory of a policy at the end of its evaluation.
    pub(crate) memory: Size,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_fuel: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_memory: Option<Size>,
    pub(crate) policies: Vec<PolicyResult>,
    pub(crate) not_asked: Vec<PolicyId>,
}

/// Whether a case passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    Passed,
    Failed,
}

/// The result of one policy in a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PolicyResult {
    pub(crate) policy: PolicyId,
    /// The verdict in short, and whether it counted.
    pub(crate) said: String,
    /// The message of a denial, or the cause of a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) words: Option<String>,
    /// The lines that the policy logged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<String>,
}

impl Results {
    pub(crate) fn new(
        file: String,
        all: usize,
        cases: Vec<CaseResult>,
        coverage: Coverage,
    ) -> Results {
        let failed = cases.iter().filter(|case| case.outcome == Verdict::Failed).count();
        let (passed, left_out) = (cases.len() - failed, all - cases.len());
        Results { file, passed, failed, left_out, cases, coverage }
    }

    /// Whether every case passed.
    pub(crate) fn all_passed(&self) -> bool {
        self.failed == 0
    }

    /// A line for each case, the details of failures, and the coverage.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        let name = |case: &CaseResult| case.name.chars().count();
        let width = self.cases.iter().map(name).max().unwrap_or(0);
        let fuel: Vec<String> = self.cases.iter().map(|case| known(case.fuel)).collect();
        let fuel_width = fuel.iter().map(String::len).max().unwrap_or(0);
        // Pads the column to its widest word.
        let space = if self.all_passed() { "" } else { "    " };
        for (case, fuel) in self.cases.iter().zip(fuel) {
            let word = match case.outcome {
                Verdict::Passed => terminal::good("ok") + space,
                Verdict::Failed => terminal::bad("FAILED"),
            };
            let _ = writeln!(text, "{word}  {:width$}  {fuel:>fuel_width$} fuel", case.name);
        }
        for case in self.cases.iter().filter(|case| case.outcome == Verdict::Failed) {
            let _ = write!(text, "\n{}", self.failure(case));
        }
        let summary = match self.all_passed() {
            true => terminal::good(&self.summary()),
            false => terminal::bad(&self.summary()),
        };
        let _ = writeln!(text, "\n{summary}");
        // The coverage by a part of the cases would be misleading.
        if self.left_out == 0 {
            text += &self.covered();
        }
        text
    }

    /// The results as one JSON object.
    pub(crate) fn to_json(&self) -> serde_json::Result<String> {
        to_json(self)
    }

    /// The details of a case, as labels and texts.
    pub(crate) fn explanation(&self, case: &CaseResult) -> Vec<(String, String)> {
        let mut lines = vec![("at".to_owned(), format!("{}:{}", self.file, case.line))];
        for difference in &case.differences {
            lines.extend(difference.lines());
        }
        for result in &case.policies {
            let words = result.words.as_ref().map(|words| format!("; {words}"));
            let words = words.unwrap_or_default();
            lines.push((result.policy.to_string(), format!("{}{words}", result.said)));
            for note in &result.notes {
                lines.push((String::new(), note.clone()));
            }
        }
        if !case.not_asked.is_empty() {
            let ids: Vec<&str> = case.not_asked.iter().map(PolicyId::as_str).collect();
            let why = "the sign-up is outside their `applies-to`";
            lines.push(("not asked".to_owned(), format!("{}: {why}", ids.join(", "))));
        }
        lines
    }

    fn failure(&self, case: &CaseResult) -> String {
        let lines = self.explanation(case);
        let width = lines.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
        let mut text = format!("{}  {}\n", terminal::bad("FAILED"), case.name);
        for (label, words) in lines {
            let _ = writeln!(text, "  {label:width$}  {words}");
        }
        text
    }

    fn summary(&self) -> String {
        let mut summary = format!("{} passed, {} failed", self.passed, self.failed);
        if self.left_out > 0 {
            let _ = write!(summary, ", {} left out", self.left_out);
        }
        summary
    }

    fn covered(&self) -> String {
        let policies = &self.coverage.policies;
        let width = policies.iter().map(|policy| policy.policy.as_str().len()).max().unwrap_or(0);
        let mut text = String::new();
        for policy in policies {
            let mut label = policy.policy.as_str();
            for line in policy.lines() {
                let _ = writeln!(text, "{label:width$}  {line}");
                label = "";
            }
        }
        match text.is_empty() {
            true => text,
            false => format!("\n{text}"),
        }
    }
}

impl Difference {
    /// The difference as lines, each with a label.
    pub(crate) fn lines(&self) -> Vec<(String, String)> {
        let line = |label: &str, words: String| (label.to_owned(), words);
        let Difference { about, expected, got } = self;
        match about {
            About::Answer => {
                vec![line("expected", expected.clone()), line("got", got.clone())]
            }
            About::Message => vec![
                line("expected", format!("the message {expected:?}")),
                line("got", format!("the message {got:?}")),
            ],
            About::Votes => vec![
                line("expected", format!("votes: {expected}")),
                line("got", format!("votes: {got}")),
            ],
            About::Fuel | About::Memory => {
                vec![line("cost", format!("used {got}; the case allows {expected}"))]
            }
        }
    }
}

fn known(fuel: Option<u64>) -> String {
    fuel.map_or_else(|| "-".to_owned(), grouped)
}
