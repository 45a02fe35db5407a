//! Native code: made by [`Compiler`], taken in by [`load`]. The one place with `unsafe`.

#![expect(
    unsafe_code,
    reason = "compiled code is native code: loading it trusts whoever compiled it, and its CPU \
              features are a promise about the machine that runs it"
)]

use crate::code_file::Code;
use serde::{Deserialize, Serialize};
use std::fmt;
#[cfg(target_os = "linux")]
use std::os::fd::AsRawFd;
use wasmtime::Engine;
use wasmtime::component::Component;

/// Takes in code that a [`Compiler`] made.
///
/// It must come from a bundle whose checksum was right, from the compiler of this process, or from
/// its cache if its checksum was right: loading is not validation, and wasmtime accepts most
/// corrupted files.
pub(crate) fn load(engine: &Engine, compiled: &Code) -> wasmtime::Result<Component> {
    // SAFETY: the callers, `bundle` and `Engine::compile`, hold to the paragraph above. The
    // file of a `Code` is sealed, or in a file system that this machine mounts for reading only.
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

/// A kind of Lambda machine.
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
    /// The kind of this machine, if Lambda has it.
    pub const HERE: Option<Target> = if cfg!(target_arch = "x86_64") {
        Some(Target::X86_64)
    } else if cfg!(target_arch = "aarch64") {
        Some(Target::Arm64)
    } else {
        None
    };

    /// The name that compilers use.
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
    use crate::compiled_cache::{CompiledCache, find_or_make};
    use crate::config::{Addresses, EngineError, config};
    use crate::export_order::ordered;
    use serde::{Deserialize, Serialize};
    use std::cell::Cell;
    use std::panic::{self, AssertUnwindSafe};
    use std::sync::{Arc, Once};
    use wasmtime::{Config, Engine};

    /// What every machine of a kind has, so that code compiled on one runs on all.
    const X86_64_FEATURES: [&str; 6] =
        ["has_sse3", "has_ssse3", "has_sse41", "has_sse42", "has_popcnt", "has_cmpxchg16b"];

    /// What code is compiled for.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum CodeSettings {
        /// For this very machine.
        Here(Addresses),
        /// For all machines of a kind, as the function runs it.
        Target(Target),
    }

    /// A component that is to be compiled, and was found to be worth trying.
    #[derive(Debug, Clone, Copy)]
    pub struct CompileJob<'a> {
        /// What for.
        pub settings: CodeSettings,
        /// Its bytes, in the form in which they are compiled.
        pub component: &'a [u8],
        /// What that can be expected to take.
        pub cost: CompileCost,
    }

    /// Compiles components elsewhere, within limits on time and memory: to compile cannot be
    /// interrupted, and a stranger's component may take for ever.
    ///
    /// **What it gives back is run as native code.** It must be what [`compile_job`] made in this
    /// same program.
    pub trait RemoteCompiler: Send + Sync {
        /// The code of a component.
        fn compile(&self, job: CompileJob<'_>) -> Result<Vec<u8>, InvalidComponent>;
    }

    /// Who helps to compile.
    #[derive(Clone, Default)]
    pub(crate) struct Helpers {
        pub(crate) cache: Option<Arc<dyn CompiledCache>>,
        pub(crate) remote: Option<Arc<dyn RemoteCompiler>>,
    }

    /// Turns components into native code for one kind of machine.
    pub struct Compiler {
        engine: Engine,
        pub(crate) target: Target,
        helpers: Helpers,
    }

    impl Compiler {
        /// A compiler for machines of a kind, whatever this one is.
        pub fn for_target(target: Target) -> Result<Compiler, EngineError> {
            let engine = Engine::new(&CodeSettings::Target(target).config()?);
            let engine = engine.map_err(EngineError::new)?;
            Ok(Compiler { engine, target, helpers: Helpers::default() })
        }

        /// The same, which keeps what it compiles, and compiles nothing that was kept.
        pub fn with_cache(mut self, cache: Arc<dyn CompiledCache>) -> Compiler {
            self.helpers.cache = Some(cache);
            self
        }

        /// The same, which has components compiled elsewhere.
        pub fn with_remote(mut self, remote: Arc<dyn RemoteCompiler>) -> Compiler {
            self.helpers.remote = Some(remote);
            self
        }

        /// The same bytes for the same component, on every machine.
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
        find_or_make(helpers.cache.as_ref(), engine, component, || match &helpers.remote {
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

    /// The result of something whose panic nobody is to read; nothing if it panicked.
    pub(crate) fn without_panic_message<R>(run: impl FnOnce() -> R) -> Option<R> {
        static HOOK: Once = Once::new();
        // Once, since components are compiled on several threads.
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
