//! Runs policies in their sandboxes. The only crate that names wasmtime.
//!
//! An [`Engine`] loads [`Component`]s; a [`PolicySet`] puts a manifest and its components
//! together and [decides](PolicySet::decide) sign-ups. A [`bundle`] is a policy set on
//! disk, compiled ahead of time.

mod admission;
pub mod bundle;
mod checksum;
mod clock;
mod code_file;
#[cfg(feature = "compile")]
mod compile_cost;
#[cfg(feature = "compile")]
mod compiled_cache;
mod config;
mod contract;
mod cpu_time;
mod digest;
mod engine;
mod evaluation;
#[cfg(feature = "compile")]
mod export_order;
mod hexadecimal;
mod identity;
mod limiter;
mod loaded;
mod native;
mod notes;
mod policy_set;
mod regular_file;
mod share;
mod shelf;
mod snapshot;
mod state;

pub use admission::{Refused, is_granted, refusal_of};
pub use checksum::Checksum;
#[cfg(feature = "compile")]
pub use compiled_cache::CompiledCache;
pub use config::{EngineError, WASMTIME_VERSION};
pub use digest::Digest;
pub use engine::{Component, Engine};
pub use evaluation::{Configured, Evaluation};
pub use identity::{policy_set_digest, settings_digest};
pub use loaded::{LazyComponent, Loaded};
#[cfg(feature = "compile")]
pub use native::Compiler;
pub use native::Target;
pub use notes::{Level, Note, Notes};
pub use policy_set::{Deliberation, PolicySet};
pub use regular_file::{read_at_most, read_regular_file};
pub use snapshot::Snapshot;
#[cfg(feature = "compile")]
pub use snapshot::{NoSnapshot, Snapshotted};
