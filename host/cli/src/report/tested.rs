//! The results of cases, for the page.

use super::plot::percent_drawn;
use super::untrusted_text::{Truncated, UntrustedText};
use crate::cases::{CaseResult, PolicyCoverage, Results};
use admit_core::{PolicyId, grouped};

/// The maximum number of cases that are shown per file.
const MAX: usize = 200;

/// The results of the cases in one file.
pub(crate) struct Tested {
    pub(crate) file: UntrustedText,
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) cases: Truncated<Case>,
    coverage: Vec<PolicyCoverage>,
}

/// The result of one case.
pub(crate) struct Case {
    pub(crate) name: UntrustedText,
    /// The only policy of a manifest that the case evaluates.
    pub(crate) policy: Option<UntrustedText>,
    pub(crate) expected: UntrustedText,
    pub(crate) passed: bool,
    /// The differences from the expected result, as labels and texts.
    pub(crate) differences: Vec<(UntrustedText, UntrustedText)>,
    /// The fuel, or `None` if a policy was interrupted.
    pub(crate) fuel: Option<Fuel>,
}

/// The fuel of a case.
pub(crate) struct Fuel {
    pub(crate) units: String,
    /// The width of its bar, in percent of the most expensive case.
    pub(crate) width: f64,
}

impl Tested {
    pub(crate) fn new(results: Results) -> Tested {
        let max_fuel = results.cases.iter().filter_map(|case| case.fuel).max().unwrap_or(0);
        Tested {
            file: UntrustedText::name(&results.file),
            passed: results.passed,
            failed: results.failed,
            cases: Truncated::new(MAX, results.cases.iter().map(|case| Case::new(case, max_fuel))),
            coverage: results.coverage.policies,
        }
    }

    /// The results of a project's cases, for a policy with another id in the manifest.
    pub(crate) fn of_project(mut results: Results, policy: &PolicyId) -> Tested {
        for coverage in &mut results.coverage.policies {
            coverage.policy = policy.clone();
        }
        Tested::new(results)
    }

    /// The number of cases and of failures.
    pub(crate) fn summary(&self) -> String {
        match (self.passed + self.failed, self.failed) {
            (1, 0) => "1 case passes".to_owned(),
            (all, 0) => format!("all {all} cases pass"),
            (1, 1) => "1 case fails".to_owned(),
            (all, 1) => format!("1 of {all} cases fails"),
            (all, failed) => format!("{failed} of {all} cases fail"),
        }
    }

    /// The coverage of a policy, as lines of text.
    pub(crate) fn covered(&self, policy: &PolicyId) -> Vec<UntrustedText> {
        let here = self.coverage.iter().filter(|coverage| coverage.policy == *policy);
        here.flat_map(|coverage| coverage.lines()).map(UntrustedText::sentence).collect()
    }

    /// Whether a passing case expected this code of a policy.
    pub(crate) fn has_tested(&self, policy: &PolicyId, code: &str) -> bool {
        let here = self.coverage.iter().filter(|coverage| coverage.policy == *policy);
        here.filter_map(|coverage| coverage.denials.as_ref())
            .any(|denials| denials.tested.contains(code))
    }

    /// The codes that a policy denied with, expected or not.
    pub(crate) fn seen(&self, policy: &PolicyId) -> impl Iterator<Item = &String> {
        let here = self.coverage.iter().filter(move |coverage| coverage.policy == *policy);
        here.filter_map(|coverage| coverage.denials.as_ref()).flat_map(|denials| &denials.seen)
    }
}

impl Case {
    fn new(case: &CaseResult, max_fuel: u64) -> Case {
        let lines = case.differences.iter().flat_map(|difference| difference.lines());
        Case {
            name: UntrustedText::sentence(&case.name),
            policy: case.policy.as_ref().map(UntrustedText::name),
            expected: UntrustedText::sentence(&case.expected),
            passed: case.differences.is_empty(),
            differences: lines
                .map(|(label, words)| (UntrustedText::name(label), UntrustedText::sentence(words)))
                .collect(),
            fuel: case
                .fuel
                .map(|fuel| Fuel { units: grouped(fuel), width: percent_drawn(fuel, max_fuel) }),
        }
    }
}
