//! The log line that reports lost lines.

use crate::timestamp;
use serde::Serialize;
use std::io;

/// Lines that could not be written. In the log it has their number; on standard error it reports
/// the first one, with the reason.
#[derive(Serialize)]
#[serde(tag = "type", rename = "lost-lines")]
pub(crate) struct LostLines {
    timestamp: String,
    level: &'static str,
    lines: u64,
    /// The number of records of decisions among the lost lines.
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
