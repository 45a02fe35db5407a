//! Findings as text, in the style of compiler diagnostics.

use super::{Finding, Findings, Place, Severity};
use crate::output::terminal;
use admit_build::diagnostics;
use admit_build::diagnostics::shown;
use admit_core::printable;
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use std::fmt::Write;

impl Findings {
    /// Every finding with its source lines, and the summary.
    pub(crate) fn to_text(&self) -> String {
        let (mut text, renderer) = (String::new(), diagnostics::result_renderer());
        for finding in &self.list {
            let _ = writeln!(text, "{}\n", terminal::rendered(&finding.snippet(&renderer)));
        }
        text + &self.summary() + "\n"
    }

    /// The number of policies and of findings.
    pub(crate) fn summary(&self) -> String {
        let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
            .into_iter()
            .map(|severity| (self.count(severity), severity.word()))
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| plural(count, word))
            .collect();
        let found = match counts.is_empty() {
            true => "no findings".to_owned(),
            false => counts.join(", "),
        };
        let policies = match self.policies {
            1 => "1 policy".to_owned(),
            count => format!("{count} policies"),
        };
        printable(&format!("{}: {policies} checked: {found}", self.path), super::MAX_CHARACTERS)
    }
}

impl Finding {
    fn snippet(&self, renderer: &Renderer) -> String {
        let level = match self.rule.severity() {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let title = level.primary_title(self.line()).id(self.rule.id());
        let path = printable(self.place.file(), super::MAX_CHARACTERS);
        let group = match &self.place {
            Place::File(_) => title.element(Origin::path(path.as_str())),
            Place::Lines { document, at } => {
                // Rendering only these lines keeps the cost independent of the file's length.
                let lines = document.lines(&at.span);
                let span = at.span.start - lines.start..at.span.end - lines.start;
                let text = document.text.get(lines).unwrap_or_default();
                let snippet = Snippet::source(shown(text)).line_start(at.line).path(path.as_str());
                title.element(snippet.annotation(AnnotationKind::Primary.span(span)))
            }
        };
        renderer.render(&[group])
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
