//! An error in a file.

use std::fmt;
use std::ops::Range;

/// An error in a file, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// The name of the file, as given.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The key, such as `policy[1].limits.fuel`; `None` if the file is not TOML.
    pub key: Option<String>,
    /// The error, with what would be valid.
    pub message: String,
    /// The byte range to point at.
    pub span: Range<usize>,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FileError { file, line, column, message, .. } = self;
        match &self.key {
            Some(key) => write!(f, "{file}:{line}:{column}: `{key}`: {message}"),
            None => write!(f, "{file}:{line}:{column}: {message}"),
        }
    }
}

impl std::error::Error for FileError {}

impl FileError {
    /// Creates an error about a byte range of a file, which need not be TOML.
    pub fn in_span(file: &str, text: &str, span: Range<usize>, message: String) -> FileError {
        error_at(file, text, span, None, message)
    }
}

pub(super) fn error_at(
    file: &str,
    text: &str,
    span: Range<usize>,
    key: Option<String>,
    message: String,
) -> FileError {
    let before = text.get(..span.start).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    FileError {
        file: file.to_owned(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        key,
        message,
        span,
    }
}
