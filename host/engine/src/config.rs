//! The settings of wasmtime, each with its reason.

use admit_core::Limits;
#[cfg(feature = "compile")]
use serde::{Deserialize, Serialize};
use thiserror::Error;
use wasmtime::{
    Config, Enabled, ModuleVersionStrategy, PoolingAllocationConfig, WasmBacktraceDetails,
    WasmFeatures,
};

/// The version of wasmtime that compiles and runs components here, to the patch.
pub const WASMTIME_VERSION: &str = "48.0.8";

/// Why there is no engine.
#[derive(Debug, Error)]
#[error("cannot set up the WebAssembly engine: {0}")]
pub struct EngineError(String);

impl EngineError {
    pub(crate) fn new(error: impl Into<wasmtime::Error>) -> EngineError {
        EngineError(format!("{:#}", error.into()))
    }
}

/// The settings that components are compiled for and run under. Both need the same.
pub(crate) fn config() -> Result<Config, EngineError> {
    let mut config = Config::new();
    config
        // What policies need is small, and what is off cannot have a flaw.
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .wasm_relaxed_simd(false)
        .wasm_tail_call(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false)
        .wasm_stack_switching(false)
        .wasm_shared_everything_threads(false)
        .wasm_component_model_error_context(false)
        .wasm_component_model_map(false)
        .wasm_component_model_memory64(false)
        .wasm_component_model_fixed_length_lists(false)
        .wasm_component_model_implements(false)
        .wasm_component_model_gc(false)
        .wasm_gc(false)
        .wasm_features(WasmFeatures::FUNCTION_REFERENCES, false)
        // Fuel stops a policy at the same place everywhere; at each epoch its time is looked at.
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(512 << 10)
        // Two bytes far apart would make an image as large as what lies between them, in the
        // compiled file and then in the function's memory.
        .memory_guaranteed_dense_image_size(64 << 10)
        // The text of a trap is the attacker's: function names may hold escape codes.
        .wasm_backtrace_max_frames(None)
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        // Only a debugger would read these, and every start of the function would read and hash
        // them.
        .generate_address_map(false)
        .debug_symbols(false)
        .native_unwind_info(false);
    // A replayed sign-up gives the same bits.
    #[cfg(feature = "compile")]
    config.cranelift_nan_canonicalization(true);
    // The built-in check compares the major version alone, so that code compiled by a
    // release with a known miscompilation would load. Of the settings above it compares all
    // but the one for NaN.
    let version =
        format!("admit-{}/wasmtime-{WASMTIME_VERSION}/canonical-nan", env!("CARGO_PKG_VERSION"));
    config.module_version(ModuleVersionStrategy::Custom(version)).map_err(EngineError::new)?;
    Ok(config)
}

/// How many addresses each memory of an instance takes, which its code is compiled for.
#[cfg(feature = "compile")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Addresses {
    /// More than 4 GiB, so that the code need not check whether it stays inside: what the
    /// function runs.
    Plenty,
    /// As many as a policy may have memory. For a process whose addresses are limited.
    Few,
}

#[cfg(feature = "compile")]
impl Addresses {
    /// The settings that components are compiled for and run under.
    pub(crate) fn config(self) -> Result<Config, EngineError> {
        let mut config = config()?;
        if self == Addresses::Few {
            config
                .memory_reservation(Limits::MAX.memory.bytes())
                .memory_reservation_for_growth(0)
                .memory_guard_size(64 << 10);
        }
        Ok(config)
    }
}

/// Memories beyond what evaluations need: each component's stays mapped for its next evaluation,
/// of so many components.
pub(crate) const WARM: u32 = 128;

/// The bytes of a memory that stay for the next evaluation.
pub(crate) const KEPT: usize = 1536 << 10;

/// Where instances live, for so many evaluations at once.
pub(crate) fn pool(evaluations: u32) -> PoolingAllocationConfig {
    let most = Limits::MAX;
    let mut pool = PoolingAllocationConfig::new();
    pool.max_memory_size(usize::try_from(most.memory.bytes()).unwrap_or(usize::MAX))
        .table_elements(usize::try_from(most.table_elements).unwrap_or(usize::MAX))
        .max_tables_per_module(most.tables)
        .max_memories_per_component(most.memories)
        .max_tables_per_component(most.tables)
        .max_core_instances_per_component(most.instances)
        // Room for each of them to take all that it may: no policy is refused because of
        // what others hold. Only addresses are reserved, no memory.
        .total_component_instances(evaluations)
        .total_memories(evaluations.saturating_mul(most.memories).saturating_add(WARM))
        .max_unused_warm_slots(WARM)
        .total_tables(evaluations.saturating_mul(most.tables))
        .total_core_instances(evaluations.saturating_mul(most.instances))
        // Clearing so much by hand is faster than asking the kernel for fresh pages, or which
        // pages are not: a sign-up that fits costs no system call. An interpreter of JavaScript
        // fits, too: one page of its memory costs as much to get back as to write over twenty.
        .linear_memory_keep_resident(KEPT)
        .table_keep_resident(16 << 10)
        .pagemap_scan(Enabled::No);
    pool
}
