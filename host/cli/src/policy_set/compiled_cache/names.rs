//! Names of the files of the cache.

/// The extension of complete files.
pub(super) const ENDING: &str = ".compiled";

/// The prefix of files that are still being written.
pub(super) const UNFINISHED: &str = ".compiled-";
