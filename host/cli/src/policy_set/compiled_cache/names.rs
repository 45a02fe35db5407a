//! How the files of the cache are called.

/// What the names of kept files end in.
pub(super) const ENDING: &str = ".compiled";

/// What the names of files begin with that are still being written.
pub(super) const UNFINISHED: &str = ".compiled-";
