//! TOML files that people write, and errors that point at their lines.

use admit_core::{FileError, KeyPath};
use admit_engine::read_regular_file;
use std::fmt;
use std::io;
use std::path::Path;

/// The largest file of this kind that is read.
const MAX_BYTES: u64 = 16 << 20;

/// A file with its text.
#[derive(Debug, Clone)]
pub struct Source {
    /// The file, as it was given.
    pub file: String,
    /// Its text.
    pub text: String,
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
    ///
    /// # Errors
    ///
    /// If it cannot be read, is larger than 16 MiB, or is not UTF-8.
    pub fn read(path: &Path) -> io::Result<Source> {
        let bytes = read_regular_file(path, MAX_BYTES)?;
        let text = String::from_utf8(bytes).map_err(io::Error::other)?;
        Ok(Source { file: path.display().to_string(), text })
    }

    /// An error about the value of a key.
    pub fn error(&self, key: &KeyPath, message: String) -> anyhow::Error {
        self.located(self.at(key, message))
    }

    /// An error about the name of a key.
    pub fn name_error(&self, key: &KeyPath, message: String) -> anyhow::Error {
        self.located(FileError::at_name(&self.file, &self.text, key, message))
    }

    /// An error of the reader of JSON about this file.
    pub fn json_error(&self, what: &str, error: &serde_json::Error) -> anyhow::Error {
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
    pub fn located(&self, error: FileError) -> anyhow::Error {
        Located { error, text: self.text.clone() }.into()
    }

    /// The place of a key's value, with a message about it.
    pub fn at(&self, key: &KeyPath, message: String) -> FileError {
        FileError::at(&self.file, &self.text, key, message)
    }
}

/// An error in a file and the text of that file, if this is one.
pub fn located(error: &anyhow::Error) -> Option<(&FileError, &str)> {
    error.downcast_ref().map(|Located { error, text }| (error, text.as_str()))
}
