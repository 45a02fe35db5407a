//! Snapshots: a policy is configured once, when it is bundled, and each sign-up starts from the
//! memory that `configure` left.
//!
//! The observable results are the same as if the policy were configured for each sign-up: verdicts,
//! failures, log entries, fuel and memory.

#[cfg(feature = "compile")]
mod joining;
#[cfg(feature = "compile")]
mod modules;
pub(crate) mod start;
#[cfg(feature = "compile")]
mod taking;
#[cfg(feature = "compile")]
mod trimming;
pub use start::Snapshot;
#[cfg(feature = "compile")]
pub use taking::{NoSnapshot, Snapshotted};
