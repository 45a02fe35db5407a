//! The configuration of wasmtime.

use admit_core::Limits;
#[cfg(feature = "compile")]
use serde::{Deserialize, Serialize};
use thiserror::Error;
use wasmtime::{
    Config, Enabled, ModuleVersionStrategy, PoolingAllocationConfig, WasmBacktraceDetails,
    WasmFeatures,
};

/// The exact version of wasmtime that compiles and runs components.
pub const WASMTIME_VERSION: &str = "48.0.8";

/// The error if the engine cannot be created.
#[derive(Debug, Error)]
#[error("cannot set up the WebAssembly engine: {0}")]
pub struct EngineError(String);

impl EngineError {
    pub(crate) fn new(error: impl Into<wasmtime::Error>) -> EngineError {
        EngineError(format!("{:#}", error.into()))
    }
}

/// Returns the configuration for compiling and running components, which must be the same.
pub(crate) fn config() -> Result<Config, EngineError> {
    let mut config = Config::new();
    config
        // Policies need few features, and a disabled feature cannot be exploited.
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
        // Fuel stops a policy at the same instruction on every machine; each epoch checks its time.
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(512 << 10)
        // Otherwise two bytes far apart would make an image as large as the gap between them, in
        // the compiled file and in memory.
        .memory_guaranteed_dense_image_size(64 << 10)
        // Backtraces contain untrusted text: function names may have escape codes.
        .wasm_backtrace_max_frames(None)
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        // Debug information would be read and hashed at every start of the function.
        .generate_address_map(false)
        .debug_symbols(false)
        .native_unwind_info(false);
    // Makes floating-point results reproducible.
    #[cfg(feature = "compile")]
    config.cranelift_nan_canonicalization(true);
    // The built-in check only compares the major version, so it would load code from a release with
    // a known miscompilation. It compares all the settings above except NaN canonicalization.
    let version =
        format!("admit-{}/wasmtime-{WASMTIME_VERSION}/canonical-nan", env!("CARGO_PKG_VERSION"));
    config.module_version(ModuleVersionStrategy::Custom(version)).map_err(EngineError::new)?;
    Ok(config)
}

/// The addresses that each memory of an instance reserves, which its code is compiled for.
#[cfg(feature = "compile")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Addresses {
    /// More than 4 GiB, so that the code needs no bounds checks: the function uses this.
    Plenty,
    /// The maximum memory of a policy, for a process with a limited address space.
    Few,
}

#[cfg(feature = "compile")]
impl Addresses {
    /// The settings of the engine for compiling and running components.
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

/// The number of unused memories that stay mapped, one a component, for its next evaluation.
pub(crate) const WARM: u32 = 128;

/// The number of bytes of a memory that stay resident for the next evaluation.
pub(crate) const KEPT: usize = 1536 << 10;

/// Returns the pool of instances for a number of concurrent evaluations.
pub(crate) fn pool(evaluations: u32) -> PoolingAllocationConfig {
    let max = Limits::MAX;
    let mut pool = PoolingAllocationConfig::new();
    pool.max_memory_size(usize::try_from(max.memory.bytes()).unwrap_or(usize::MAX))
        .table_elements(usize::try_from(max.table_elements).unwrap_or(usize::MAX))
        .max_tables_per_module(max.tables)
        .max_memories_per_component(max.memories)
        .max_tables_per_component(max.tables)
        .max_core_instances_per_component(max.instances)
        // Every evaluation can reach its limits at the same time, so that none fails because of
        // others. This reserves address space, not memory.
        .total_component_instances(evaluations)
        .total_memories(evaluations.saturating_mul(max.memories).saturating_add(WARM))
        .max_unused_warm_slots(WARM)
        .total_tables(evaluations.saturating_mul(max.tables))
        .total_core_instances(evaluations.saturating_mul(max.instances))
        // Clearing this many bytes is faster than asking the kernel for fresh pages or for the
        // dirty ones: a sign-up that fits takes no system call. The memory of a JavaScript
        // interpreter fits; mapping one page again costs as much as clearing twenty.
        .linear_memory_keep_resident(KEPT)
        .table_keep_resident(16 << 10)
        .pagemap_scan(Enabled::No);
    pool
}
