//! How a command works: on all cores, in processes that end within limits, and again when files
//! change.

pub(crate) mod addresses;
pub(crate) mod child;
pub(crate) mod parallel;
pub(crate) mod watch;
