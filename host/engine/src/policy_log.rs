//! The log entries of a policy.

use admit_core::{Limits, Log, printable};
use serde::Serialize;
use std::fmt;

/// The severity of a log entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "named as in the contract")]
pub enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        })
    }
}

/// A log entry of a policy. Its content is untrusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogEntry {
    /// The severity, as stated by the policy.
    pub level: Level,
    /// The message, as one printable line.
    pub message: String,
}

/// The log of one evaluation, limited in size.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PolicyLog {
    /// The entries that were kept, in order.
    pub kept: Vec<LogEntry>,
    /// The number of entries that were truncated or dropped.
    pub dropped: u64,
    #[serde(skip)]
    room: Room,
}

/// The remaining capacity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Room {
    lines: usize,
    bytes: usize,
}

impl PolicyLog {
    /// Creates a log with the capacity that the limits allow, or with none if the log is discarded.
    pub(crate) fn new(limits: &Limits, log: Log) -> PolicyLog {
        let room = match log {
            Log::Record => Room {
                lines: usize::try_from(limits.log_lines).unwrap_or(usize::MAX),
                bytes: usize::try_from(limits.log_bytes.bytes()).unwrap_or(usize::MAX),
            },
            Log::Discard => Room::default(),
        };
        PolicyLog { room, ..PolicyLog::default() }
    }

    /// Returns whether no further entry is kept.
    pub(crate) fn is_full(&self) -> bool {
        self.room.lines == 0 || self.room.bytes == 0
    }

    /// Adds an entry, truncated to the remaining capacity.
    pub(crate) fn write(&mut self, level: Level, message: &str) {
        if self.is_full() {
            self.dropped += 1;
            return;
        }
        let fits = message.floor_char_boundary(self.room.bytes);
        self.room.lines -= 1;
        if fits < message.len() {
            self.dropped += 1;
            // Entries after a truncated one are dropped, even short ones.
            self.room.bytes = 0;
        } else {
            self.room.bytes -= fits;
        }
        self.kept.push(LogEntry { level, message: printable(&message[..fits], fits) });
    }
}

/// Returns the error message of a guest as one line of bounded length, or an empty text if the
/// manifest discards it.
pub(crate) fn reason(message: &str, log: Log) -> String {
    const MAX_CHARS: usize = 1_000;
    match log {
        Log::Record => printable(message, MAX_CHARS),
        Log::Discard => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_kept_up_to_a_limit() {
        let limits = Limits::default();
        let max = limits.log_bytes.bytes() as usize;
        let mut notes = PolicyLog::new(&limits, Log::Record);
        notes.write(Level::Info, "a\nb");
        notes.write(Level::Info, &"ä".repeat(max));
        notes.write(Level::Info, "too late");
        assert_eq!(notes.kept[0].message, "a b");
        let bytes: usize = notes.kept.iter().map(|note| note.message.len()).sum();
        assert!(bytes <= max && bytes > max - 4, "{bytes}");
        assert_eq!((notes.kept.len(), notes.dropped), (2, 2));
    }

    #[test]
    fn empty_entries_are_limited_in_number() {
        let limits = Limits { log_lines: 3, ..Limits::default() };
        let mut notes = PolicyLog::new(&limits, Log::Record);
        (0..1_000).for_each(|_| notes.write(Level::Debug, ""));
        assert_eq!((notes.kept.len(), notes.dropped), (3, 997));
    }

    #[test]
    fn discarded_entries_are_counted_and_not_kept() {
        let mut notes = PolicyLog::new(&Limits::default(), Log::Discard);
        notes.write(Level::Error, "a secret");
        assert_eq!((notes.kept.len(), notes.dropped), (0, 1));
        assert_eq!(reason("a secret", Log::Discard), "");
    }
}
