//! Runs policies in their sandboxes. The only crate that names wasmtime.
//!
//! An [`Engine`] loads [`Component`]s; a [`PolicySet`] puts a manifest and its components
//! together and [decides](PolicySet::decide) sign-ups. A [`bundle`] is a policy set on
//! disk, compiled ahead of time.

mod admission;
pub mod bundle;
mod clock;
#[cfg(feature = "compile")]
mod compile_cost;
mod contract;
mod cpu_time;
mod digest;
mod engine;
mod evaluation;
mod limiter;
mod native;
mod notes;
mod policy_set;
mod regular_file;

pub use admission::{Refused, is_granted, refusal_of};
pub use digest::Digest;
pub use engine::{Component, Engine, EngineError, WASMTIME_VERSION};
pub use evaluation::Evaluation;
#[cfg(feature = "compile")]
pub use native::Compiler;
pub use native::Target;
pub use notes::{Level, Note, Notes};
pub use policy_set::{Deliberation, Loaded, PolicySet};
pub use regular_file::{read_at_most, read_regular_file};
