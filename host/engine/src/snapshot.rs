//! A policy that is configured once, when it is bundled: a sign-up starts from the memory that
//! `configure` left.
//!
//! What can be observed of a policy is the same as if it were configured for each sign-up: its
//! answers, its failures, its notes, its fuel and its memory.

/// What had happened to a component when it was written down as one that is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snapshot {
    /// Units of fuel that were used until then. They count as used for each sign-up.
    pub fuel: u64,
}

#[cfg(feature = "compile")]
mod joining;
#[cfg(feature = "compile")]
mod modules;
#[cfg(feature = "compile")]
mod taking;
#[cfg(feature = "compile")]
mod trimming;
#[cfg(feature = "compile")]
pub use taking::{NoSnapshot, Snapshotted};
