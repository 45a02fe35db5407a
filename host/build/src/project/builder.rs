//! What builds the policies of a language.

use std::path::{Path, PathBuf};

/// The bytes of a guest's stack. It stands before everything else in memory, so that an
/// overflow is a trap; each page more costs time on every sign-up.
pub(super) const STACK_BYTES: usize = 32 << 10;

/// What builds the policies of a language.
pub(super) trait Builder {
    /// The files of the project and its SDK that decide what is built, before it is.
    fn files(&self) -> Vec<PathBuf>;

    /// Puts the tools there, then writes a component to a file. Returns what else went in.
    fn build(&self, component: &Path) -> anyhow::Result<Vec<PathBuf>>;
}
