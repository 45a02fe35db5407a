//! A policy that is configured once, when it is bundled: a sign-up starts from the memory that
//! `configure` left.
//!
//! What can be observed of a policy is the same as if it were configured for each sign-up: its
//! answers, its failures, its notes, its fuel and its memory.

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
