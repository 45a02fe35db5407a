//! What commands print, and the files that they write.

pub(crate) mod file;
pub(crate) mod format;
pub(crate) mod printer;
pub(crate) mod progress;
pub(crate) mod terminal;
