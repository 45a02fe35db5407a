//! Runs the cases of a policy or a manifest for findings.

use super::finding::located::located;
use crate::cases::{Results, Suite};
use crate::check::finding::{Document, Place};
use admit_build::source::Source;
use admit_core::{KeyPath, PolicyId};
use std::path::Path;
use std::rc::Rc;

/// The result of the cases in one file.
#[derive(Default)]
pub(super) struct CheckedCases {
    pub(super) flaws: Vec<Flaw>,
    /// The codes that a policy denied with and that its metadata does not declare.
    pub(super) undeclared: Vec<(PolicyId, String)>,
    /// Whether a policy gave a verdict in a case, and so accepted its settings.
    pub(super) has_answered: bool,
}

/// A problem of a case, or of all cases.
pub(super) struct Flaw {
    /// The only policy that the case evaluates.
    pub(super) policy: Option<PolicyId>,
    pub(super) place: Place,
    pub(super) message: String,
}

/// The message for a missing file of cases.
pub(super) fn missing(suite: &Suite) -> Option<String> {
    let file = suite.file();
    (!file.exists()).then(|| format!("no test cases: `{}` not found", file.display()))
}

/// Runs all cases.
pub(super) fn run(suite: &Suite) -> CheckedCases {
    match suite.run(None) {
        Ok(results) => CheckedCases::new(&results, suite.file()),
        Err(error) => {
            let (message, place) = located(error).unwrap_or_else(|error| {
                let file = suite.file().display().to_string();
                (format!("cannot run the cases: {error:#}"), Place::File(file))
            });
            let flaw = Flaw { policy: None, place, message };
            CheckedCases { flaws: vec![flaw], ..CheckedCases::default() }
        }
    }
}

impl CheckedCases {
    fn new(results: &Results, file: &Path) -> CheckedCases {
        let document = Source::read(file).ok().map(|source| Rc::new(Document::from(source)));
        let place = |index| match &document {
            Some(document) => Place::key(document, &KeyPath::default().key("case").index(index)),
            None => Place::File(file.display().to_string()),
        };
        let failed = results.cases.iter().enumerate();
        let failed = failed.filter(|(_, case)| !case.differences.is_empty());
        let flaws = failed.map(|(index, case)| {
            let lines = case.differences.iter().flat_map(|difference| difference.lines());
            let lines: Vec<String> =
                lines.map(|(label, words)| format!("{label}: {words}")).collect();
            Flaw {
                policy: case.policy.clone(),
                place: place(index),
                message: format!("case `{}`: {}", case.name, lines.join("; ")),
            }
        });
        let undeclared = results.coverage.policies.iter().flat_map(|policy| {
            let codes = policy.denials.iter().flat_map(|denials| denials.undeclared());
            codes.map(|code| (policy.policy.clone(), code.clone()))
        });
        CheckedCases {
            flaws: flaws.collect(),
            undeclared: undeclared.collect(),
            has_answered: results.cases.iter().any(|case| !case.got.starts_with("failure")),
        }
    }
}

/// The message for a code that is not declared.
pub(super) fn undeclared(code: &str) -> String {
    format!("the policy denies with `{code}`, which is not declared in `[denials]`")
}
