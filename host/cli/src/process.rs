//! How a command works: on all cores, within a limit of time, and again when files change.

pub(crate) mod parallel;
pub(crate) mod watch;
pub(crate) mod watchdog;
