//! The findings of `admit check`.

mod document;
mod github;
mod json;
pub(crate) mod located;
mod rule;
mod sarif;
mod severity;
mod text;

pub(crate) use document::Document;
pub(crate) use rule::Rule;
pub(crate) use severity::Severity;

use admit_core::{FileError, KeyPath, PolicyId, printable};
use serde::Serialize;
use std::rc::Rc;

/// A problem, or a note, of a manifest or a policy.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) rule: Rule,
    pub(crate) place: Place,
    /// The policy that the finding is about.
    pub(crate) policy: Option<PolicyId>,
    /// The problem and, if possible, its fix.
    pub(crate) message: String,
}

/// The place of a finding.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// A whole file.
    File(String),
    /// A part of a text file.
    Lines {
        document: Rc<Document>,
        /// The position and the bytes of the part.
        at: FileError,
    },
}

/// All findings of one check.
pub(crate) struct Findings {
    /// The path that was checked.
    pub(crate) path: String,
    /// The number of policies that were checked.
    pub(crate) policies: usize,
    pub(crate) list: Vec<Finding>,
}

/// A range of lines and columns, counted from 1, with columns in characters and an exclusive end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

/// The maximum length of a message, which may quote names from an untrusted component.
const MAX_CHARACTERS: usize = 2_000;

impl Finding {
    /// The message as one printable line, with the id of the policy.
    fn line(&self) -> String {
        let line = match (&self.policy, &self.place) {
            (Some(policy), _) => format!("policy `{policy}`: {}", self.message),
            // The message of a case has its name.
            (None, Place::Lines { at: FileError { key: Some(key), .. }, .. })
                if self.rule != Rule::Case =>
            {
                format!("`{key}`: {}", self.message)
            }
            _ => self.message.clone(),
        };
        printable(&line, MAX_CHARACTERS)
    }
}

impl Place {
    /// The place of the value of a key.
    pub(crate) fn key(document: &Rc<Document>, key: &KeyPath) -> Place {
        Place::Lines { document: document.clone(), at: document.at(key) }
    }

    /// The place of a key, without its value.
    pub(crate) fn name(document: &Rc<Document>, key: &KeyPath) -> Place {
        Place::Lines { document: document.clone(), at: document.at_name(key) }
    }

    /// The place of the value of a key, or the whole file if neither the key nor its table exists.
    pub(crate) fn key_or_file(document: &Rc<Document>, key: &KeyPath) -> Place {
        match document.at(key) {
            at if at.span.is_empty() => Place::File(at.file),
            at => Place::Lines { document: document.clone(), at },
        }
    }

    /// The name of the file.
    pub(crate) fn file(&self) -> &str {
        match self {
            Place::File(file) => file,
            Place::Lines { at, .. } => &at.file,
        }
    }

    /// The key in the file, if there is one.
    fn key_text(&self) -> Option<&str> {
        match self {
            Place::File(_) => None,
            Place::Lines { at, .. } => at.key.as_deref(),
        }
    }

    fn region(&self) -> Option<Region> {
        let Place::Lines { document, at } = self else { return None };
        let (start_line, start_column) = (at.line, at.column);
        let spanned = document.text.get(at.span.clone()).unwrap_or_default();
        // The span of a table includes the line end after it.
        let spanned = spanned.trim_end_matches(['\r', '\n']);
        let (end_line, end_column) = match spanned.rsplit_once('\n') {
            None => (start_line, start_column + spanned.chars().count()),
            Some((before, last)) => {
                (start_line + before.matches('\n').count() + 1, last.chars().count() + 1)
            }
        };
        Some(Region { start_line, start_column, end_line, end_column })
    }
}

impl Findings {
    pub(crate) fn new(path: String) -> Findings {
        Findings { path, policies: 0, list: Vec::new() }
    }

    /// Counts the findings of a severity.
    pub(crate) fn count(&self, severity: Severity) -> usize {
        self.list.iter().filter(|finding| finding.rule.severity() == severity).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use admit_build::source::Source;

    #[test]
    fn a_region_ends_after_its_last_character() {
        let text = "a = \"ä\"\nb = [\n  1,\n]\n";
        let source = Source { file: "x.toml".to_owned(), text: text.to_owned() };
        let document = Rc::new(Document::from(source));
        let region = |key: &str| {
            let region = Place::key(&document, &KeyPath::default().key(key)).region().unwrap();
            (region.start_line, region.start_column, region.end_line, region.end_column)
        };
        assert_eq!(region("a"), (1, 5, 1, 8));
        assert_eq!(region("b"), (2, 5, 4, 2));
        assert_eq!(Place::File("x.wasm".to_owned()).region(), None);
    }
}
