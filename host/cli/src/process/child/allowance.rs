//! The limits of a job, and why a job has no answer.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// The limits of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Allowance {
    /// Seconds of processor time.
    pub(crate) seconds: u64,
    /// Bytes of memory, in addition to those of an idle process.
    pub(crate) memory: u64,
}

impl Allowance {
    /// The maximum time by the clock. On a busy machine a child gets little processor time.
    pub(super) fn patience(self) -> Duration {
        Duration::from_secs(30 + 10 * self.seconds)
    }
}

/// Why a job has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// It exceeded this limit.
    Exceeded(String),
    /// It failed for another reason.
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
