//! The engine: compiles and loads components.

use crate::admission::{self, InvalidComponent};
use crate::clock::Clock;
use crate::code_file::Code;
#[cfg(feature = "compile")]
use crate::compiled_cache::CompiledCache;
#[cfg(feature = "compile")]
use crate::config::Addresses;
use crate::config::{EngineError, config, pool};
use crate::contract::{self, Exports};
use crate::native;
use crate::state::State;
use rustix::io::Errno;
use std::io;
use std::sync::Arc;
use wasmtime::InstanceAllocationStrategy;
use wasmtime::component::{InstancePre, Linker};

/// The engine that compiles, loads and runs components, each evaluation in its own sandbox.
///
/// A process needs only one. Evaluations on several threads share nothing else.
pub struct Engine {
    pub(crate) inner: wasmtime::Engine,
    pub(crate) clock: Clock,
    linker: Linker<State>,
    #[cfg(feature = "compile")]
    addresses: Addresses,
    #[cfg(feature = "compile")]
    helpers: native::Helpers,
}

/// A component that passed all checks and is ready to be instantiated. Cheap to clone.
#[derive(Clone)]
pub struct Component {
    pub(crate) pre: InstancePre<State>,
    pub(crate) exports: Arc<Exports>,
}

impl Engine {
    /// Creates an engine for a maximum number of concurrent evaluations; one more fails.
    pub fn new(evaluations: u32) -> Result<Engine, EngineError> {
        let pool = InstanceAllocationStrategy::Pooling(pool(evaluations));
        Engine::of(config()?.allocation_strategy(pool))
    }

    /// Makes an engine that reserves room for an evaluation when there is one. Each takes longer
    /// to start than with [`Engine::new`], and as many may run at once as there is room for.
    ///
    /// With few addresses it compiles to other code than the function runs, and runs no other.
    #[cfg(feature = "compile")]
    pub fn on_demand(addresses: Addresses) -> Result<Engine, EngineError> {
        Ok(Engine { addresses, ..Engine::of(&addresses.config()?)? })
    }

    fn of(config: &wasmtime::Config) -> Result<Engine, EngineError> {
        let inner = wasmtime::Engine::new(config).map_err(EngineError::new)?;
        let clock = Clock::start(&inner).map_err(EngineError::new)?;
        let mut linker = Linker::new(&inner);
        contract::link(&mut linker, State::notes).map_err(EngineError::new)?;
        Ok(Engine {
            inner,
            clock,
            linker,
            #[cfg(feature = "compile")]
            addresses: Addresses::Plenty,
            #[cfg(feature = "compile")]
            helpers: native::Helpers::default(),
        })
    }

    /// Adds a cache of compiled code.
    #[cfg(feature = "compile")]
    pub fn with_cache(mut self, cache: Arc<dyn CompiledCache>) -> Engine {
        self.helpers.cache = Some(cache);
        self
    }

    /// The same, which has components compiled elsewhere.
    #[cfg(feature = "compile")]
    pub fn with_remote(mut self, remote: Arc<dyn native::RemoteCompiler>) -> Engine {
        self.helpers.remote = Some(remote);
        self
    }

    /// How many addresses each memory takes.
    #[cfg(feature = "compile")]
    pub fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// Compiles a component for this machine and checks it.
    #[cfg(feature = "compile")]
    pub fn compile(&self, component: &[u8]) -> Result<Component, InvalidComponent> {
        let settings = native::CodeSettings::Here(self.addresses);
        let code = native::compile(&self.inner, settings, &self.helpers, component)?;
        self.admit_compiled(&Code::Bytes(code))
    }

    /// Compiles a component with a compiler, perhaps for another machine, and checks it here. The
    /// component is loaded from the same code if this machine can run it and has the addresses.
    #[cfg(feature = "compile")]
    pub fn compile_with(
        &self,
        compiler: &native::Compiler,
        component: &[u8],
    ) -> Result<(Vec<u8>, Component), InvalidComponent> {
        let code = compiler.compile(component)?;
        let runs_here = Some(compiler.target) == native::Target::HERE;
        let component = match runs_here && self.addresses == Addresses::Plenty {
            true => self.admit_compiled(&Code::Bytes(code.clone()))?,
            false => self.compile(component)?,
        };
        Ok((code, component))
    }

    /// Loads and checks a component that a trusted compiler compiled.
    #[cfg(feature = "compile")]
    pub(crate) fn admit_compiled(&self, compiled: &Code) -> Result<Component, InvalidComponent> {
        self.load_compiled(compiled).map_err(|refused| match refused {
            CompiledLoadError::InvalidComponent(refused) => refused,
            CompiledLoadError::System(error) => InvalidComponent::Invalid(error),
        })
    }

    /// Loads and checks a compiled component; the error distinguishes its cause.
    pub(crate) fn load_compiled(&self, compiled: &Code) -> Result<Component, CompiledLoadError> {
        let component = native::load(&self.inner, compiled).map_err(|error| {
            let is_system_error =
                error.chain().any(|cause| cause.is::<io::Error>() || cause.is::<Errno>());
            let reason = format!("{error:#}");
            match is_system_error {
                true => CompiledLoadError::System(reason),
                false => CompiledLoadError::InvalidComponent(InvalidComponent::Invalid(reason)),
            }
        })?;
        Ok(self.admit_loaded(component)?)
    }

    fn admit_loaded(
        &self,
        component: wasmtime::component::Component,
    ) -> Result<Component, InvalidComponent> {
        let version = admission::check(&self.inner, &component)?;
        let contract = |error: wasmtime::Error| InvalidComponent::Contract {
            version: version.number(),
            reason: format!("{error:#}"),
        };
        let pre = self.linker.instantiate_pre(&component).map_err(contract)?;
        let exports = Arc::new(Exports::find(&pre, version).map_err(contract)?);
        Ok(Component { pre, exports })
    }
}

/// The reason why compiled code cannot be loaded.
pub(crate) enum CompiledLoadError {
    /// The component is invalid.
    InvalidComponent(InvalidComponent),
    /// The system could not map the code.
    System(String),
}

impl From<InvalidComponent> for CompiledLoadError {
    fn from(refused: InvalidComponent) -> CompiledLoadError {
        CompiledLoadError::InvalidComponent(refused)
    }
}

#[cfg(test)]
#[cfg(feature = "compile")]
mod tests {
    use super::*;
    use wasmtime::{Config, ModuleVersionStrategy};

    /// The smallest valid component.
    const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

    /// Compiles with changed settings, and loads the code with the standard ones.
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

    /// What the tool compiles for its own use with few addresses trusts its checks; what the
    /// function runs trusts the addresses around its memory.
    #[test]
    fn code_for_few_addresses_and_for_plenty_are_told_apart() {
        let of = |addresses| {
            let engine = Engine::on_demand(addresses).unwrap();
            let settings = native::CodeSettings::Here(addresses);
            let code =
                native::compile(&engine.inner, settings, &Default::default(), COMPONENT).unwrap();
            (engine, Code::Bytes(code))
        };
        let ((few, for_few), (plenty, for_plenty)) = (of(Addresses::Few), of(Addresses::Plenty));
        let pooling = Engine::new(1).unwrap();
        for (engine, code, is_loaded) in [
            (&few, &for_few, true),
            (&few, &for_plenty, false),
            (&plenty, &for_few, false),
            (&plenty, &for_plenty, true),
            (&pooling, &for_few, false),
            (&pooling, &for_plenty, true),
        ] {
            assert_eq!(native::load(&engine.inner, code).is_ok(), is_loaded);
        }
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
