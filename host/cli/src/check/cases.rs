//! The cases that a policy or a manifest is tested by.

use super::finding::located::located;
use crate::cases::{Results, Suite};
use crate::check::finding::{Document, Place};
use admit_build::source::Source;
use admit_core::{KeyPath, PolicyId};
use std::path::Path;
use std::rc::Rc;

/// What came of the cases of one file.
#[derive(Default)]
pub(super) struct Tried {
    pub(super) flaws: Vec<Flaw>,
    /// The codes that a policy denied with and that its metadata does not name.
    pub(super) undeclared: Vec<(PolicyId, String)>,
    /// Whether a policy answered in one of them, for which it was set up.
    pub(super) has_answered: bool,
}

/// What is wrong with a case, or with all of them.
pub(super) struct Flaw {
    /// The one policy that the case asks.
    pub(super) policy: Option<PolicyId>,
    pub(super) place: Place,
    pub(super) message: String,
}

/// Says what is missing if there are no cases.
pub(super) fn missing(suite: &Suite) -> Option<String> {
    let file = suite.file();
    (!file.exists()).then(|| format!("there is no `{}` to test it by", file.display()))
}

/// Runs all cases.
pub(super) fn try_out(suite: &Suite) -> Tried {
    match suite.run(None) {
        Ok(results) => Tried::of(&results, suite.file()),
        Err(error) => {
            let (message, place) = located(error).unwrap_or_else(|error| {
                let file = suite.file().display().to_string();
                (format!("its cases cannot be run: {error:#}"), Place::File(file))
            });
            let flaw = Flaw { policy: None, place, message };
            Tried { flaws: vec![flaw], ..Tried::default() }
        }
    }
}

impl Tried {
    fn of(results: &Results, file: &Path) -> Tried {
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
        Tried {
            flaws: flaws.collect(),
            undeclared: undeclared.collect(),
            has_answered: results.cases.iter().any(|case| !case.got.starts_with("failure")),
        }
    }
}

/// The words for a code that is not declared.
pub(super) fn undeclared(code: &str) -> String {
    format!("it denies with `{code}`, which its `[denials]` do not name")
}
