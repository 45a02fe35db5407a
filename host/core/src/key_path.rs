//! The path of a value in a file, such as `policy[1].limits.fuel`.

use std::fmt;
use thiserror::Error;

/// An error about one value of a file that is otherwise well formed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{key}`: {message}")]
pub struct Problem {
    /// The key, such as `policy[1].limits.fuel`.
    pub key: KeyPath,
    /// The error, with what would be valid.
    pub message: String,
}

/// The path of a value in a file, such as `policy[1].limits.fuel`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyPath(pub(crate) Vec<Segment>);

/// One step of a [`KeyPath`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Segment {
    Key(String),
    Index(usize),
}

impl KeyPath {
    /// Returns the path of a policy's entry, counted from 0.
    pub fn policy(index: usize) -> KeyPath {
        KeyPath(vec![Segment::Key("policy".to_owned()), Segment::Index(index)])
    }

    /// Appends a key of the table at this path.
    #[must_use]
    pub fn key(mut self, key: &str) -> KeyPath {
        self.0.push(Segment::Key(key.to_owned()));
        self
    }

    /// Appends an index, counted from 0, of the list at this path.
    #[must_use]
    pub fn index(mut self, index: usize) -> KeyPath {
        self.0.push(Segment::Index(index));
        self
    }

    /// Appends another path.
    #[must_use]
    pub fn join(mut self, path: KeyPath) -> KeyPath {
        self.0.extend(path.0);
        self
    }

    /// Creates a problem with the value at this path.
    pub fn problem(self, message: impl Into<String>) -> Problem {
        Problem { key: self, message: message.into() }
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Key(key) if position == 0 => f.write_str(key)?,
                Segment::Key(key) => write!(f, ".{key}")?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
