//! What a job may take, and why it has no answer.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// What a job may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Allowance {
    /// Seconds of processor time.
    pub(crate) seconds: u64,
    /// Bytes of memory, beyond those of a process that does nothing.
    pub(crate) memory: u64,
}

impl Allowance {
    /// How long a child may be there: on a machine that is busy it gets little processor time.
    pub(super) fn patience(self) -> Duration {
        Duration::from_secs(30 + 10 * self.seconds)
    }
}

/// Why a job has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// It took more than this.
    Exceeded(String),
    /// Something else ended it.
    Failed(String),
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoAnswer::Exceeded(limit) => write!(f, "takes more than {limit}"),
            NoAnswer::Failed(reason) => f.write_str(reason),
        }
    }
}
