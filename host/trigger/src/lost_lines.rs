//! The line about lines that are not in the log.

use crate::timestamp;
use serde::Serialize;
use std::io;

/// Lines that could not be written: in the log, how many there were; on standard error, that it
/// begins, and why.
#[derive(Serialize)]
#[serde(tag = "type", rename = "lost-lines")]
pub(crate) struct LostLines {
    timestamp: String,
    level: &'static str,
    lines: u64,
    /// Those of them that are records of decisions.
    decisions: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl LostLines {
    pub(crate) fn now(lines: u64, decisions: u64, error: Option<&io::Error>) -> LostLines {
        let error = error.map(io::Error::to_string);
        LostLines { timestamp: timestamp::now(), level: "ERROR", lines, decisions, error }
    }
}
