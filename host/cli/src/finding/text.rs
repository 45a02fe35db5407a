//! Findings as a compiler shows them.

use super::{Finding, Findings, Place, Severity};
use admit_core::printable;
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use std::fmt::Write;

impl Findings {
    /// Every finding with its lines, and how many there are.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        for finding in &self.list {
            let _ = writeln!(text, "{}\n", finding.snippet());
        }
        text + &self.summary() + "\n"
    }

    /// How many findings there are.
    pub(crate) fn summary(&self) -> String {
        let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
            .into_iter()
            .map(|severity| (self.count(severity), severity.word()))
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| plural(count, word))
            .collect();
        let found = match counts.is_empty() {
            true => "nothing found".to_owned(),
            false => counts.join(", "),
        };
        let policies = match self.policies {
            1 => "1 policy".to_owned(),
            count => format!("{count} policies"),
        };
        printable(&format!("{}: {policies} checked: {found}", self.path), super::CHARACTERS)
    }
}

impl Finding {
    fn snippet(&self) -> String {
        let level = match self.rule.severity() {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let title = level.primary_title(self.line()).id(self.rule.id());
        let group = match &self.place {
            Place::File(file) => title.element(Origin::path(file.as_str())),
            Place::Lines { source, at } => {
                let annotation = AnnotationKind::Primary.span(at.span.clone());
                let snippet = Snippet::source(source.text.as_str()).path(at.file.as_str());
                title.element(snippet.annotation(annotation))
            }
        };
        Renderer::plain().render(&[group])
    }
}

impl Severity {
    pub(super) fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

fn plural(count: usize, word: &str) -> String {
    match count {
        1 => format!("1 {word}"),
        count => format!("{count} {word}s"),
    }
}
