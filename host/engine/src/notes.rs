use admit_core::printable;
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
pub struct Notes {
    /// What was kept, in its order.
    pub kept: Vec<Note>,
    /// How many were cut or dropped.
    pub dropped: u64,
    #[serde(skip)]
    bytes: usize,
}

impl Notes {
    /// How many notes of one evaluation are kept.
    pub const LINES: usize = 64;
    /// How many bytes of one evaluation's notes are kept.
    pub const BYTES: usize = 16 << 10;

    /// Whether there is room for anything more.
    pub(crate) fn is_full(&self) -> bool {
        self.kept.len() >= Notes::LINES || self.bytes >= Notes::BYTES
    }

    /// Keeps as much of a note as there is room for.
    pub(crate) fn write(&mut self, level: Level, message: &str) {
        if self.is_full() {
            self.dropped += 1;
            return;
        }
        let room = message.floor_char_boundary(Notes::BYTES - self.bytes);
        if room < message.len() {
            self.dropped += 1;
            // What comes after a cut is dropped, even if it were short enough.
            self.bytes = Notes::BYTES;
        } else {
            self.bytes += room;
        }
        self.kept.push(Note { level, message: printable(&message[..room], Notes::BYTES) });
    }
}

/// A guest's words as one line of bounded length, to say why it failed.
pub(crate) fn reason(words: &str) -> String {
    const CHARACTERS: usize = 1_000;
    printable(words, CHARACTERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_kept_up_to_a_cap() {
        let mut notes = Notes::default();
        notes.write(Level::Info, "a\nb");
        notes.write(Level::Info, &"ä".repeat(Notes::BYTES));
        notes.write(Level::Info, "too late");
        assert_eq!(notes.kept[0].message, "a b");
        let bytes: usize = notes.kept.iter().map(|note| note.message.len()).sum();
        assert!(bytes <= Notes::BYTES && bytes > Notes::BYTES - 4, "{bytes}");
        assert_eq!((notes.kept.len(), notes.dropped), (2, 2));
    }

    #[test]
    fn empty_notes_are_capped_too() {
        let mut notes = Notes::default();
        (0..1_000).for_each(|_| notes.write(Level::Debug, ""));
        assert_eq!(notes.kept.len(), Notes::LINES);
        assert_eq!(notes.dropped, 1_000 - Notes::LINES as u64);
    }
}
