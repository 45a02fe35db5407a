//! Notes for whoever operates the host.
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
    write(Level::Debug, &note.to_string());
}

/// Writes a note that is worth knowing.
pub fn info(note: impl Display) {
    write(Level::Info, &note.to_string());
}

/// Writes a note on something unusual that was handled.
pub fn warn(note: impl Display) {
    write(Level::Warn, &note.to_string());
}

/// Writes a note on something that should not have happened.
pub fn error(note: impl Display) {
    write(Level::Error, &note.to_string());
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

    #[expect(
        clippy::print_stderr,
        reason = "there is no host to hand a note to, and tests capture this stream"
    )]
    pub(super) fn write(level: Level, note: &str) {
        eprintln!("{level:?}: {note}");
    }
}
