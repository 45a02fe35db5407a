//! What came of cases, as a person reads it and as a program does.

use super::coverage::Coverage;
use super::expectation::{About, Difference};
use crate::output::format::to_json;
use crate::output::terminal;
use admit_core::{PolicyId, Size, grouped};
use serde::Serialize;
use std::fmt::Write;

/// What came of the cases of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Results {
    /// The file of the cases.
    pub(crate) file: String,
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    /// Cases that were not run.
    pub(crate) left_out: usize,
    pub(crate) cases: Vec<CaseResult>,
    /// What the cases that were run brought about.
    pub(crate) coverage: Coverage,
}

/// What came of one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CaseResult {
    pub(crate) name: String,
    /// The line on which it begins, from 1.
    pub(crate) line: usize,
    /// The one policy that it asks, where others could be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) policy: Option<PolicyId>,
    pub(crate) outcome: Verdict,
    /// What it expects, in words.
    pub(crate) expected: String,
    /// What became of the sign-up, in words.
    pub(crate) got: String,
    /// In which respects that is not as expected, costs included.
    pub(crate) differences: Vec<Difference>,
    /// Units of fuel of all policies together; none where one of them was cut off.
    pub(crate) fuel: Option<u64>,
    /// Memory of the policy that held most at its end.
    pub(crate) memory: Size,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_fuel: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_memory: Option<Size>,
    pub(crate) policies: Vec<Said>,
    pub(crate) not_asked: Vec<PolicyId>,
}

/// Whether a case went as expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    Passed,
    Failed,
}

/// What one policy said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Said {
    pub(crate) policy: PolicyId,
    /// Its verdict in a few words, and whether it counted.
    pub(crate) said: String,
    /// The message of its denial, or the cause of its failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) words: Option<String>,
    /// What it wrote to the log.
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

    /// Whether every case went as expected.
    pub(crate) fn all_passed(&self) -> bool {
        self.failed == 0
    }

    /// A line for each case, the failed ones at length, and what was covered.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        let name = |case: &CaseResult| case.name.chars().count();
        let width = self.cases.iter().map(name).max().unwrap_or(0);
        let fuel: Vec<String> = self.cases.iter().map(|case| known(case.fuel)).collect();
        let fuel_width = fuel.iter().map(String::len).max().unwrap_or(0);
        // As wide as the widest word that there is.
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
        // Of a part of the cases this would say what is not so.
        if self.left_out == 0 {
            text += &self.covered();
        }
        text
    }

    /// Everything as one JSON object.
    pub(crate) fn to_json(&self) -> serde_json::Result<String> {
        to_json(self)
    }

    /// Why one case failed.
    pub(crate) fn explanation(&self, case: &CaseResult) -> Vec<(String, String)> {
        let mut lines = vec![("at".to_owned(), format!("{}:{}", self.file, case.line))];
        for difference in &case.differences {
            lines.extend(difference.lines());
        }
        for said in &case.policies {
            let words = said.words.as_ref().map(|words| format!("; {words}")).unwrap_or_default();
            lines.push((said.policy.to_string(), format!("{}{words}", said.said)));
            for note in &said.notes {
                lines.push((String::new(), note.clone()));
            }
        }
        if !case.not_asked.is_empty() {
            let ids: Vec<&str> = case.not_asked.iter().map(PolicyId::as_str).collect();
            let why = "the sign-up is outside of `applies-to`";
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
    /// The difference, in lines with a label each.
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
                vec![line("cost", format!("used {got}, the case allows {expected}"))]
            }
        }
    }
}

fn known(fuel: Option<u64>) -> String {
    fuel.map_or_else(|| "-".to_owned(), grouped)
}
