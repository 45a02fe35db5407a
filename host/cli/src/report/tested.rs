//! The cases that a policy set or a policy was tested by.

use super::plot::percent_drawn;
use super::untrusted_text::{Truncated, UntrustedText};
use crate::cases::{CaseResult, PolicyCoverage, Results};
use admit_core::{PolicyId, grouped};

/// The most cases that are shown of one file.
const MAX: usize = 200;

/// What came of the cases of one file.
pub(crate) struct Tested {
    pub(crate) file: UntrustedText,
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) cases: Truncated<Case>,
    coverage: Vec<PolicyCoverage>,
}

/// What came of one case.
pub(crate) struct Case {
    pub(crate) name: UntrustedText,
    /// The one policy that was asked, where others could have been.
    pub(crate) policy: Option<UntrustedText>,
    pub(crate) expected: UntrustedText,
    pub(crate) passed: bool,
    /// In which respects it was not as expected.
    pub(crate) differences: Vec<(UntrustedText, UntrustedText)>,
    /// None where a policy was cut off, so that nobody knows.
    pub(crate) fuel: Option<Fuel>,
}

/// What a case cost.
pub(crate) struct Fuel {
    pub(crate) units: String,
    /// In percent of the case that cost most, as it is drawn.
    pub(crate) width: f64,
}

impl Tested {
    pub(crate) fn of(results: Results) -> Tested {
        let most = results.cases.iter().filter_map(|case| case.fuel).max().unwrap_or(0);
        Tested {
            file: UntrustedText::name(&results.file),
            passed: results.passed,
            failed: results.failed,
            cases: Truncated::of(MAX, results.cases.iter().map(|case| Case::of(case, most))),
            coverage: results.coverage.policies,
        }
    }

    /// What came of the cases of a project, which calls the policy by another name.
    pub(crate) fn of_project(mut results: Results, policy: &PolicyId) -> Tested {
        for coverage in &mut results.coverage.policies {
            coverage.policy = policy.clone();
        }
        Tested::of(results)
    }

    /// How many there are, and how many of them went as expected.
    pub(crate) fn summary(&self) -> String {
        match (self.passed + self.failed, self.failed) {
            (1, 0) => "1 case passes".to_owned(),
            (all, 0) => format!("all {all} cases pass"),
            (1, 1) => "1 case fails".to_owned(),
            (all, 1) => format!("1 of {all} cases fails"),
            (all, failed) => format!("{failed} of {all} cases fail"),
        }
    }

    /// What was brought about of a policy, in words.
    pub(crate) fn covered(&self, policy: &PolicyId) -> Vec<UntrustedText> {
        let here = self.coverage.iter().filter(|coverage| coverage.policy == *policy);
        here.flat_map(|coverage| coverage.lines()).map(UntrustedText::sentence).collect()
    }

    /// Whether a case expected this code of a policy, and it came.
    pub(crate) fn has_tested(&self, policy: &PolicyId, code: &str) -> bool {
        let here = self.coverage.iter().filter(|coverage| coverage.policy == *policy);
        here.filter_map(|coverage| coverage.denials.as_ref())
            .any(|denials| denials.tested.contains(code))
    }

    /// The codes of a policy that came, expected or not.
    pub(crate) fn seen(&self, policy: &PolicyId) -> impl Iterator<Item = &String> {
        let here = self.coverage.iter().filter(move |coverage| coverage.policy == *policy);
        here.filter_map(|coverage| coverage.denials.as_ref()).flat_map(|denials| &denials.seen)
    }
}

impl Case {
    fn of(case: &CaseResult, most: u64) -> Case {
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
                .map(|fuel| Fuel { units: grouped(fuel), width: percent_drawn(fuel, most) }),
        }
    }
}
