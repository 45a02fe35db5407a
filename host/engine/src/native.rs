//! Native code, created by [`Compiler`] and loaded by [`load`]. The only module with `unsafe` code.

#![expect(
    unsafe_code,
    reason = "loading compiled code trusts its compiler, and enabling CPU features assumes that \
              the machine that runs the code has them"
)]

use crate::code_file::Code;
use serde::{Deserialize, Serialize};
use std::fmt;
#[cfg(target_os = "linux")]
use std::os::fd::AsRawFd;
use wasmtime::Engine;
use wasmtime::component::Component;

/// Loads code that a [`Compiler`] created.
///
/// The code must come from a bundle or a cache with a matching checksum, or from the compiler of
/// this process: loading does not validate code, and wasmtime accepts most corrupted files.
pub(crate) fn load(engine: &Engine, compiled: &Code) -> wasmtime::Result<Component> {
    // SAFETY: the callers, `bundle` and `Engine::compile`, meet the requirement above. The file of
    // a `Code` is sealed, or on a file system that is mounted read-only.
    unsafe {
        match compiled {
            Code::Bytes(bytes) => Component::deserialize(engine, bytes),
            #[cfg(target_os = "linux")]
            Code::File(file) | Code::Memory(file, _) => {
                Component::deserialize_file(engine, format!("/proc/self/fd/{}", file.as_raw_fd()))
            }
        }
    }
}

/// An architecture of Lambda.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// 64-bit Intel and AMD.
    #[serde(rename = "x86_64")]
    X86_64,
    /// 64-bit Arm, such as Graviton.
    Arm64,
}

impl Target {
    /// The architecture of this machine, if Lambda supports it.
    pub const HERE: Option<Target> = if cfg!(target_arch = "x86_64") {
        Some(Target::X86_64)
    } else if cfg!(target_arch = "aarch64") {
        Some(Target::Arm64)
    } else {
        None
    };

    /// Returns the target triple.
    pub fn triple(self) -> &'static str {
        match self {
            Target::X86_64 => "x86_64-unknown-linux-gnu",
            Target::Arm64 => "aarch64-unknown-linux-gnu",
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Target::X86_64 => "x86_64",
            Target::Arm64 => "arm64",
        })
    }
}

#[cfg(feature = "compile")]
pub use compiler::{CodeSettings, CompileJob, Compiler, RemoteCompiler, compile_job};

#[cfg(feature = "compile")]
mod compiler {
    use super::Target;
    use crate::admission::{InvalidComponent, check_kind};
    use crate::compile_cost::{self, CompileCost};
    use crate::compiled_cache::{CompiledCache, get_or_compile};
    use crate::config::{Addresses, EngineError, config};
    use crate::export_order::ordered;
    use serde::{Deserialize, Serialize};
    use std::cell::Cell;
    use std::panic::{self, AssertUnwindSafe};
    use std::sync::{Arc, Once};
    use wasmtime::{Config, Engine};

    /// The CPU features that every x86-64 machine of Lambda has, so that the code runs on all of
    /// them.
    const X86_64_FEATURES: [&str; 6] =
        ["has_sse3", "has_ssse3", "has_sse41", "has_sse42", "has_popcnt", "has_cmpxchg16b"];

    /// The machine that code is compiled for.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum CodeSettings {
        /// This machine.
        Here(Addresses),
        /// All machines of an architecture, for the function.
        Target(Target),
    }

    /// A component to compile, which is within the maxima.
    #[derive(Debug, Clone, Copy)]
    pub struct CompileJob<'a> {
        /// The machine to compile for.
        pub settings: CodeSettings,
        /// The bytes of the component.
        pub component: &'a [u8],
        /// Its size, by which limits are set.
        pub cost: CompileCost,
    }

    /// Compiles components in another process with limits on time and memory: a compilation cannot
    /// be interrupted, and an untrusted component may take practically for ever.
    ///
    /// **The result is run as native code.** It must be the result of [`compile_job`] in the same
    /// program.
    pub trait RemoteCompiler: Send + Sync {
        /// Compiles a component to native code.
        fn compile(&self, job: CompileJob<'_>) -> Result<Vec<u8>, InvalidComponent>;
    }

    /// A cache and another process, if there are any.
    #[derive(Clone, Default)]
    pub(crate) struct Helpers {
        pub(crate) cache: Option<Arc<dyn CompiledCache>>,
        pub(crate) remote: Option<Arc<dyn RemoteCompiler>>,
    }

    /// Compiles components to native code for one architecture.
    pub struct Compiler {
        engine: Engine,
        pub(crate) target: Target,
        helpers: Helpers,
    }

    impl Compiler {
        /// Creates a compiler for an architecture, which may differ from that of this machine.
        pub fn for_target(target: Target) -> Result<Compiler, EngineError> {
            let engine = Engine::new(&CodeSettings::Target(target).config()?);
            let engine = engine.map_err(EngineError::new)?;
            Ok(Compiler { engine, target, helpers: Helpers::default() })
        }

        /// Adds a cache of compiled code.
        pub fn with_cache(mut self, cache: Arc<dyn CompiledCache>) -> Compiler {
            self.helpers.cache = Some(cache);
            self
        }

        /// Adds another process that compiles.
        pub fn with_remote(mut self, remote: Arc<dyn RemoteCompiler>) -> Compiler {
            self.helpers.remote = Some(remote);
            self
        }

        /// Compiles a component. The result is the same on every machine.
        pub fn compile(&self, component: &[u8]) -> Result<Vec<u8>, InvalidComponent> {
            compile(&self.engine, CodeSettings::Target(self.target), &self.helpers, component)
        }
    }

    impl CodeSettings {
        fn config(self) -> Result<Config, EngineError> {
            match self {
                CodeSettings::Here(addresses) => addresses.config(),
                CodeSettings::Target(target) => {
                    let mut config = config()?;
                    config.target(target.triple()).map_err(EngineError::new)?;
                    if target == Target::X86_64 {
                        for feature in X86_64_FEATURES {
                            // SAFETY: the host checks these against its own machine when it loads.
                            unsafe { config.cranelift_flag_enable(feature) };
                        }
                    }
                    Ok(config)
                }
            }
        }
    }

    pub(crate) fn compile(
        engine: &Engine,
        settings: CodeSettings,
        helpers: &Helpers,
        component: &[u8],
    ) -> Result<Vec<u8>, InvalidComponent> {
        check_kind(component)?;
        let cost = compile_cost::check(component)?;
        let component = &*ordered(component);
        get_or_compile(helpers.cache.as_ref(), engine, component, || match &helpers.remote {
            Some(remote) => remote.compile(CompileJob { settings, component, cost }),
            None => precompile(engine, component),
        })
    }

    /// Does the work of a [`RemoteCompiler`] in this process.
    pub fn compile_job(
        settings: CodeSettings,
        component: &[u8],
    ) -> Result<Vec<u8>, InvalidComponent> {
        let engine = settings.config().and_then(|c| Engine::new(&c).map_err(EngineError::new));
        let engine = engine.map_err(|error| InvalidComponent::Remote(error.to_string()))?;
        precompile(&engine, component)
    }

    fn precompile(engine: &Engine, component: &[u8]) -> Result<Vec<u8>, InvalidComponent> {
        // It panics for a feature that is off.
        match without_panic_message(|| engine.precompile_component(component)) {
            Some(compiled) => {
                compiled.map_err(|error| InvalidComponent::Invalid(format!("{error:#}")))
            }
            None => Err(InvalidComponent::Compiler),
        }
    }

    thread_local! {
        static IS_QUIET: Cell<bool> = const { Cell::new(false) };
    }

    /// Runs a function without printing the message of a panic; returns `None` if it panics.
    pub(crate) fn without_panic_message<R>(run: impl FnOnce() -> R) -> Option<R> {
        static HOOK: Once = Once::new();
        // Installed once, since components are compiled on several threads.
        HOOK.call_once(|| {
            let others = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                if !IS_QUIET.get() {
                    others(info);
                }
            }));
        });
        let before = IS_QUIET.replace(true);
        let result = panic::catch_unwind(AssertUnwindSafe(run));
        IS_QUIET.set(before);
        result.ok()
    }
}

#[cfg(feature = "compile")]
pub(crate) use compiler::{Helpers, compile, without_panic_message};
