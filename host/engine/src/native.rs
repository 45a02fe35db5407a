//! Native code: made by [`Compiler`], taken in by [`load`]. The one place with `unsafe`.

#![expect(
    unsafe_code,
    reason = "compiled code is native code: loading it trusts whoever compiled it, and its CPU \
              features are a promise about the machine that runs it"
)]

use serde::{Deserialize, Serialize};
use std::fmt;
use wasmtime::Engine;
use wasmtime::component::Component;

/// Takes in code that a [`Compiler`] made.
///
/// The bytes must come from a bundle whose digest was checked, or from the compiler of
/// this process: loading is not validation, and wasmtime accepts most corrupted files.
pub(crate) fn load(engine: &Engine, compiled: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: the callers, `bundle` and `Engine::compile`, hold to the paragraph above.
    unsafe { Component::deserialize(engine, compiled) }
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
pub use compiler::Compiler;

#[cfg(feature = "compile")]
mod compiler {
    use super::Target;
    use crate::admission::{Refused, check_kind};
    use crate::compile_cost;
    use crate::engine::{EngineError, config};
    use std::panic::{self, AssertUnwindSafe};
    use wasmtime::Engine;

    /// What every machine of a kind has, so that code compiled on one runs on all.
    const X86_64_FEATURES: [&str; 6] =
        ["has_sse3", "has_ssse3", "has_sse41", "has_sse42", "has_popcnt", "has_cmpxchg16b"];

    /// Turns components into native code for one kind of machine.
    pub struct Compiler(Engine);

    impl Compiler {
        /// A compiler for machines of a kind, whatever this one is.
        pub fn for_target(target: Target) -> Result<Compiler, EngineError> {
            let mut config = config()?;
            config.target(target.triple()).map_err(EngineError::new)?;
            if target == Target::X86_64 {
                for feature in X86_64_FEATURES {
                    // SAFETY: the host checks these against its own machine when it loads.
                    unsafe { config.cranelift_flag_enable(feature) };
                }
            }
            Ok(Compiler(Engine::new(&config).map_err(EngineError::new)?))
        }

        /// The same bytes for the same component, on every machine.
        pub fn compile(&self, component: &[u8]) -> Result<Vec<u8>, Refused> {
            compile(&self.0, component)
        }
    }

    pub(crate) fn compile(engine: &Engine, component: &[u8]) -> Result<Vec<u8>, Refused> {
        check_kind(component)?;
        compile_cost::check(component)?;
        // Nobody reads why it panicked, which it does for a feature that is off.
        let hook = panic::take_hook();
        panic::set_hook(Box::new(|_| {}));
        let compile = AssertUnwindSafe(|| engine.precompile_component(component));
        let compiled = panic::catch_unwind(compile);
        panic::set_hook(hook);
        match compiled {
            Ok(compiled) => compiled.map_err(|error| Refused::Invalid(format!("{error:#}"))),
            Err(_) => Err(Refused::Compiler),
        }
    }
}

#[cfg(feature = "compile")]
pub(crate) use compiler::compile;
