//! Notes for the operator of the host.
//!
//! A note may be cut or dropped where a policy writes too much. Never write what
//! identifies a person.
//!
//! In a native test the notes go to the standard error stream.
//!
//! ```
//! use admit_policy::log;
//!
//! log::info("evaluated twice");
//! log::warn(format_args!("{} domains are listed twice", 3));
//! ```

use std::fmt::Display;

#[cfg(target_family = "wasm")]
use crate::bindings::admit::policy::log::{Level, write};

/// Writes a note that is only of interest while a policy is being written.
pub fn debug(note: impl Display) {
    write(Level::Debug, cut(&note.to_string()));
}

/// Writes a note that is worth knowing.
pub fn info(note: impl Display) {
    write(Level::Info, cut(&note.to_string()));
}

/// Writes a note on something unusual that was handled.
pub fn warn(note: impl Display) {
    write(Level::Warn, cut(&note.to_string()));
}

/// Writes a note on something that should not have happened.
pub fn error(note: impl Display) {
    write(Level::Error, cut(&note.to_string()));
}

/// The host keeps no more, and fails a policy that hands it much more at once.
fn cut(note: &str) -> &str {
    const BYTES: usize = 16 << 10;
    &note[..note.floor_char_boundary(BYTES)]
}

#[cfg(not(target_family = "wasm"))]
use native::{Level, write};

#[cfg(not(target_family = "wasm"))]
mod native {
    #[derive(Debug)]
    pub(super) enum Level {
        Debug,
        Info,
        Warn,
        Error,
    }

    #[expect(clippy::print_stderr, reason = "without a host, tests capture this stream")]
    pub(super) fn write(level: Level, note: &str) {
        eprintln!("{level:?}: {note}");
    }
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn a_long_note_is_cut_between_characters() {
        assert_eq!(cut("short"), "short");
        assert_eq!(cut(&format!("a{}", "é".repeat(10_000))).len(), (16 << 10) - 1);
    }
}
