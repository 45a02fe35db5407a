//! The path of a value in a file, such as `policy[1].limits.fuel`.

use std::fmt;
use thiserror::Error;

/// What is wrong with a file whose every value is well formed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{key}`: {message}")]
pub struct Problem {
    /// The key, such as `policy[1].limits.fuel`.
    pub key: KeyPath,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// Where a value stands in a file, such as `policy[1].limits.fuel`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyPath(pub(crate) Vec<Segment>);

/// One step of a [`KeyPath`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Segment {
    Key(String),
    Index(usize),
}

impl KeyPath {
    /// The entry of a policy, counted from 0.
    pub fn policy(index: usize) -> KeyPath {
        KeyPath(vec![Segment::Key("policy".to_owned()), Segment::Index(index)])
    }

    /// A key of the table that this path leads to.
    #[must_use]
    pub fn key(mut self, key: &str) -> KeyPath {
        self.0.push(Segment::Key(key.to_owned()));
        self
    }

    /// An element of the list that this path leads to, counted from 0.
    #[must_use]
    pub fn index(mut self, index: usize) -> KeyPath {
        self.0.push(Segment::Index(index));
        self
    }

    /// The place that another path leads to from here.
    #[must_use]
    pub fn join(mut self, path: KeyPath) -> KeyPath {
        self.0.extend(path.0);
        self
    }

    /// What is wrong there.
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
