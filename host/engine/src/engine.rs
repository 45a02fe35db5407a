use crate::admission::{self, Refused};
use crate::clock::Clock;
use crate::code_file::Code;
#[cfg(feature = "compile")]
use crate::compiled_cache::CompiledCache;
use crate::contract::{self, PolicyIndices};
use crate::evaluation::State;
use crate::native;
use admit_core::Limits;
use rustix::io::Errno;
use std::io;
use std::sync::Arc;
use thiserror::Error;
use wasmtime::component::{InstancePre, Linker};
use wasmtime::{
    Config, Enabled, InstanceAllocationStrategy, ModuleVersionStrategy, PoolingAllocationConfig,
    WasmBacktraceDetails, WasmFeatures,
};

/// The version of wasmtime that compiles and runs components here, to the patch.
pub const WASMTIME_VERSION: &str = "48.0.8";

/// Sets components running, each evaluation in a sandbox of its own. One a process.
///
/// Cheap to share; evaluations on several threads have nothing in common but this.
pub struct Engine {
    pub(crate) inner: wasmtime::Engine,
    pub(crate) clock: Clock,
    linker: Linker<State>,
    #[cfg(feature = "compile")]
    cache: Option<Arc<dyn CompiledCache>>,
}

/// A component that was let in and is ready to be instantiated. Cheap to clone.
#[derive(Clone)]
pub struct Component {
    pub(crate) pre: InstancePre<State>,
    pub(crate) indices: Arc<PolicyIndices>,
}

/// Why there is no engine.
#[derive(Debug, Error)]
#[error("cannot set up the WebAssembly engine: {0}")]
pub struct EngineError(String);

impl EngineError {
    pub(crate) fn new(error: impl Into<wasmtime::Error>) -> EngineError {
        EngineError(format!("{:#}", error.into()))
    }
}

impl Engine {
    /// Makes an engine with the settings that policies run under, for so many evaluations
    /// at once. One more than that fails.
    pub fn new(evaluations: u32) -> Result<Engine, EngineError> {
        let pool = InstanceAllocationStrategy::Pooling(pool(evaluations));
        let inner = wasmtime::Engine::new(config()?.allocation_strategy(pool));
        let inner = inner.map_err(EngineError::new)?;
        let clock = Clock::start(&inner).map_err(EngineError::new)?;
        let mut linker = Linker::new(&inner);
        contract::link(&mut linker, State::notes).map_err(EngineError::new)?;
        Ok(Engine {
            inner,
            clock,
            linker,
            #[cfg(feature = "compile")]
            cache: None,
        })
    }

    /// The same, which keeps what it compiles, and compiles nothing that was kept.
    #[cfg(feature = "compile")]
    pub fn with_cache(self, cache: Arc<dyn CompiledCache>) -> Engine {
        Engine { cache: Some(cache), ..self }
    }

    /// Compiles a component for this machine and lets it in.
    #[cfg(feature = "compile")]
    pub fn compile(&self, component: &[u8]) -> Result<Component, Refused> {
        let code = native::compile(&self.inner, self.cache.as_ref(), component)?;
        self.admit_compiled(&Code::Bytes(code))
    }

    /// Lets in a component that was compiled before, by a compiler that is trusted.
    pub(crate) fn admit_compiled(&self, compiled: &Code) -> Result<Component, Refused> {
        self.load_compiled(compiled).map_err(|refused| match refused {
            Unloaded::Refused(refused) => refused,
            Unloaded::System(error) => Refused::Invalid(error),
        })
    }

    /// The same, where it matters what it was that refused.
    pub(crate) fn load_compiled(&self, compiled: &Code) -> Result<Component, Unloaded> {
        let component = native::load(&self.inner, compiled).map_err(|error| {
            let is_systems =
                error.chain().any(|cause| cause.is::<io::Error>() || cause.is::<Errno>());
            let reason = format!("{error:#}");
            match is_systems {
                true => Unloaded::System(reason),
                false => Unloaded::Refused(Refused::Invalid(reason)),
            }
        })?;
        Ok(self.admit_loaded(component)?)
    }

    fn admit_loaded(
        &self,
        component: wasmtime::component::Component,
    ) -> Result<Component, Refused> {
        admission::check(&self.inner, &component)?;
        let contract = |error: wasmtime::Error| Refused::Contract { reason: format!("{error:#}") };
        let pre = self.linker.instantiate_pre(&component).map_err(contract)?;
        let indices = Arc::new(PolicyIndices::new(&pre).map_err(contract)?);
        Ok(Component { pre, indices })
    }
}

/// Why compiled code is not let in.
pub(crate) enum Unloaded {
    /// It is not one that is.
    Refused(Refused),
    /// The system could not map it.
    System(String),
}

impl From<Refused> for Unloaded {
    fn from(refused: Refused) -> Unloaded {
        Unloaded::Refused(refused)
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

/// Memories beyond what evaluations need: each component's stays mapped for its next evaluation,
/// of so many components.
pub(crate) const WARM: u32 = 128;

/// The bytes of a memory that stay for the next evaluation.
pub(crate) const KEPT: usize = 1536 << 10;

fn pool(evaluations: u32) -> PoolingAllocationConfig {
    let most = Limits::CEILING;
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

#[cfg(test)]
#[cfg(feature = "compile")]
mod tests {
    use super::*;

    /// The smallest component there is.
    const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

    /// Compiles under settings that are changed, and loads the code under ours.
    fn load(change: impl FnOnce(&mut Config)) -> Result<(), String> {
        let mut config = config().unwrap();
        change(&mut config);
        let other = wasmtime::Engine::new(&config).unwrap();
        let code = other.precompile_component(COMPONENT).unwrap();
        let engine = Engine::new(1).unwrap();
        native::load(&engine.inner, &Code::Bytes(code))
            .map(|_| ())
            .map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn code_under_other_settings_is_not_loaded() {
        type Change = fn(&mut Config);
        let changes: [(&str, Change); 5] = [
            ("fuel", |config| _ = config.consume_fuel(false)),
            ("epoch", |config| _ = config.epoch_interruption(false)),
            ("guard", |config| _ = config.memory_guard_size(0)),
            ("reservation", |config| _ = config.memory_reservation(1 << 20)),
            ("version", |config| {
                let version = ModuleVersionStrategy::Custom("another".to_owned());
                config.module_version(version).map(|_| ()).unwrap();
            }),
        ];
        assert_eq!(load(|_| {}), Ok(()));
        for (name, change) in changes {
            assert!(load(change).is_err(), "{name}");
        }
    }
}
