//! What a policy writes to the log.

use admit_core::{Limits, Log, printable};
use serde::Serialize;
use std::fmt;

/// How much a note matters.
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

/// One line that a policy wrote. The words are the policy's, whatever they claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// How much it matters, says the policy.
    pub level: Level,
    /// Its words, as one printable line.
    pub message: String,
}

/// What one evaluation wrote, up to a cap.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PolicyLog {
    /// What was kept, in its order.
    pub kept: Vec<Note>,
    /// How many were cut or dropped.
    pub dropped: u64,
    #[serde(skip)]
    room: Room,
}

/// What there is room for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Room {
    lines: usize,
    bytes: usize,
}

impl PolicyLog {
    /// Room for as many notes as the limits allow, or for none.
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

    /// Whether there is no room for anything more.
    pub(crate) fn is_full(&self) -> bool {
        self.room.lines == 0 || self.room.bytes == 0
    }

    /// Keeps as much of a note as there is room for.
    pub(crate) fn write(&mut self, level: Level, message: &str) {
        if self.is_full() {
            self.dropped += 1;
            return;
        }
        let fits = message.floor_char_boundary(self.room.bytes);
        self.room.lines -= 1;
        if fits < message.len() {
            self.dropped += 1;
            // What comes after a cut is dropped, even if it were short enough.
            self.room.bytes = 0;
        } else {
            self.room.bytes -= fits;
        }
        self.kept.push(Note { level, message: printable(&message[..fits], fits) });
    }
}

/// A guest's words as one line of bounded length, to say why it failed; nothing where they
/// are discarded.
pub(crate) fn reason(words: &str, log: Log) -> String {
    const MAX_CHARACTERS: usize = 1_000;
    match log {
        Log::Record => printable(words, MAX_CHARACTERS),
        Log::Discard => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_kept_up_to_a_cap() {
        let limits = Limits::default();
        let most = limits.log_bytes.bytes() as usize;
        let mut notes = PolicyLog::new(&limits, Log::Record);
        notes.write(Level::Info, "a\nb");
        notes.write(Level::Info, &"ä".repeat(most));
        notes.write(Level::Info, "too late");
        assert_eq!(notes.kept[0].message, "a b");
        let bytes: usize = notes.kept.iter().map(|note| note.message.len()).sum();
        assert!(bytes <= most && bytes > most - 4, "{bytes}");
        assert_eq!((notes.kept.len(), notes.dropped), (2, 2));
    }

    #[test]
    fn empty_notes_are_capped_too() {
        let limits = Limits { log_lines: 3, ..Limits::default() };
        let mut notes = PolicyLog::new(&limits, Log::Record);
        (0..1_000).for_each(|_| notes.write(Level::Debug, ""));
        assert_eq!((notes.kept.len(), notes.dropped), (3, 997));
    }

    #[test]
    fn discarded_notes_are_counted_and_not_kept() {
        let mut notes = PolicyLog::new(&Limits::default(), Log::Discard);
        notes.write(Level::Error, "a secret");
        assert_eq!((notes.kept.len(), notes.dropped), (0, 1));
        assert_eq!(reason("a secret", Log::Discard), "");
    }
}
