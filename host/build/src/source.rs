//! A TOML file that somebody wrote, and the errors in it, which point at the line.

use crate::terminal;
use admit_core::{FileError, KeyPath, printable};
use admit_engine::read_regular_file;
use annotate_snippets::{AnnotationKind, Level, Snippet};
use std::fmt;
use std::io;
use std::path::Path;

/// The largest file of this kind that is read.
const MOST: u64 = 16 << 20;

/// A file and its text.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// The file, as it was named.
    pub(crate) file: String,
    pub(crate) text: String,
}

/// An error in a file, with the text to show.
#[derive(Debug)]
struct Located {
    error: FileError,
    text: String,
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for Located {}

impl Source {
    /// Reads a file.
    pub(crate) fn read(path: &Path) -> io::Result<Source> {
        let bytes = read_regular_file(path, MOST)?;
        let text = String::from_utf8(bytes).map_err(io::Error::other)?;
        Ok(Source { file: path.display().to_string(), text })
    }

    /// An error about the value of a key.
    pub(crate) fn error(&self, key: &KeyPath, message: String) -> anyhow::Error {
        self.located(self.at(key, message))
    }

    /// An error about a key itself, whatever its value.
    pub(crate) fn name_error(&self, key: &KeyPath, message: String) -> anyhow::Error {
        self.located(FileError::at_name(&self.file, &self.text, key, message))
    }

    /// An error of the reader of JSON about this file.
    pub(crate) fn json_error(&self, what: &str, error: &serde_json::Error) -> anyhow::Error {
        let lines = self.text.split_inclusive('\n').take(error.line().saturating_sub(1));
        let start: usize = lines.map(str::len).sum();
        // The last byte that was read; there is none in an empty text.
        let mut here = (start + error.column().saturating_sub(1)).min(self.text.len());
        while !self.text.is_char_boundary(here) {
            here -= 1;
        }
        let end = here + self.text[here..].chars().next().map_or(0, char::len_utf8);
        // The line that is shown has it.
        let place = format!(" at line {} column {}", error.line(), error.column());
        let message = error.to_string();
        let message = message.strip_suffix(&place).unwrap_or(&message);
        let message = format!("{what}: {message}");
        self.located(FileError::in_span(&self.file, &self.text, here..end, message))
    }

    /// An error in this file, to be shown with the line that it is about.
    pub(crate) fn located(&self, error: FileError) -> anyhow::Error {
        Located { error, text: self.text.clone() }.into()
    }

    /// Warns about the value of a key.
    #[expect(clippy::print_stderr, reason = "a warning is for the person at the terminal")]
    pub(crate) fn warn(&self, key: &KeyPath, message: String) {
        eprintln!("{}\n", show(&Level::WARNING, &self.at(key, message), &self.text));
    }

    /// Where the value of a key stands, with what is to be said about it.
    pub(crate) fn at(&self, key: &KeyPath, message: String) -> FileError {
        FileError::at(&self.file, &self.text, key, message)
    }
}

/// An error in a file and the text of that file, if this is one.
pub(crate) fn located(error: &anyhow::Error) -> Option<(&FileError, &str)> {
    error.downcast_ref().map(|Located { error, text }| (error, text.as_str()))
}

/// An error as the terminal shows it: with the line of the file underlined, or in one
/// line with its causes.
pub(crate) fn render(error: &anyhow::Error) -> String {
    let Some(Located { error, text }) = error.downcast_ref() else {
        return terminal::error(&printable(&format!("{error:#}"), CHARACTERS));
    };
    show(&Level::ERROR, error, text)
}

/// As much of an error as is shown: names inside a component, which is somebody else's, are
/// part of some.
const CHARACTERS: usize = 2_000;

fn show(level: &Level<'_>, error: &FileError, text: &str) -> String {
    let message = printable(&error.message, CHARACTERS);
    let title = match &error.key {
        Some(key) => format!("`{}`: {message}", printable(key, CHARACTERS)),
        None => message,
    };
    let snippet = Snippet::source(shown(text))
        .path(error.file.as_str())
        .annotation(AnnotationKind::Primary.span(error.span.clone()));
    terminal::renderer().render(&[level.clone().primary_title(title).element(snippet)])
}

/// A text to show lines of: the control characters that what shows them lets through become
/// a dot of the same length, so that everything stays in its place.
pub(crate) fn shown(text: &str) -> String {
    text.replace(|c| ('\u{80}'..='\u{9f}').contains(&c), "·")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_control_character_gets_to_the_terminal() {
        let text = "a = 1 # \u{9b}31m\u{85}red\n\"k\u{9b}\" = 2\n";
        assert_eq!(shown(text).len(), text.len());
        let source = Source { file: "a.toml".to_owned(), text: text.to_owned() };
        let key = KeyPath::default().key("k\u{9b}");
        let rendered = render(&source.error(&key, "no such \u{9b}key".to_owned()));
        assert!(rendered.contains("`k`: no such key"), "{rendered}");
        assert!(!rendered.contains(|c: char| c.is_control() && c != '\n'), "{rendered:?}");
    }
}
