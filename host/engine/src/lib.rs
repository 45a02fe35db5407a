//! Runs policies in sandboxes. The only crate of the host that depends on wasmtime.
//!
//! An [`Engine`] loads [`Component`]s. A [`PolicySet`] combines a manifest with its components and
//! [decides](PolicySet::decide) sign-ups. A [`bundle`] is a policy set on disk, compiled ahead of
//! time.

mod admission;
pub mod bundle;
mod clock;
mod code_file;
#[cfg(feature = "compile")]
mod compile_cost;
#[cfg(feature = "compile")]
mod compiled_cache;
mod config;
mod contract;
mod cpu_time;
mod engine;
mod evaluation;
#[cfg(feature = "compile")]
mod export_order;
mod hash;
mod hexadecimal;
mod identity;
mod limiter;
mod loaded;
mod loaded_pool;
mod native;
mod pending_decision;
mod policy_log;
mod policy_set;
mod regular_file;
mod snapshot;
mod state;
mod time_slice;

pub use admission::{InvalidComponent, is_granted, refusal_of};
#[cfg(feature = "compile")]
pub use compile_cost::CompileCost;
#[cfg(feature = "compile")]
pub use compiled_cache::CompiledCache;
#[cfg(feature = "compile")]
pub use config::Addresses;
pub use config::{EngineError, WASMTIME_VERSION};
pub use engine::{Component, Engine};
pub use evaluation::{Configured, Evaluation};
pub use hash::{Algorithm, Blake3, CodeHash, Digest, Hash, Sha256};
pub use identity::{policy_set_digest, settings_digest};
pub use loaded::{LazyComponent, Loaded};
pub use native::Target;
#[cfg(feature = "compile")]
pub use native::{CodeSettings, CompileJob, Compiler, RemoteCompiler, compile_job};
pub use pending_decision::PendingDecision;
pub use policy_log::{Level, LogEntry, PolicyLog};
pub use policy_set::{DecisionTrace, PolicySet};
pub use regular_file::{open_regular_file, read_at_most, read_regular_file};
pub use snapshot::Snapshot;
#[cfg(feature = "compile")]
pub use snapshot::{NoSnapshot, Snapshotted};
