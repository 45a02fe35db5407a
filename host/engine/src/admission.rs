//! Checks that a component can be a policy: its imports are granted and it exports the contract.

use crate::contract::{PACKAGE, Version};
use admit_core::{Limits, Size};
use thiserror::Error;
use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

/// The maximum size of a function in bytes: compile time can grow with the square of the size. The
/// largest function of an interpreter written in C has some hundred KiB.
pub(crate) const MAX_FUNCTION_BYTES: usize = 512 << 10;

/// The maximum number of locals of a function: the compiler tracks each one in each block.
pub(crate) const MAX_LOCALS: u32 = 10_000;

/// The maximum number of functions. A component of an interpreter has some thousands, CPython
/// 14,000.
pub(crate) const MAX_FUNCTIONS: u64 = 30_000;

/// The maximum number of locals times blocks of a function, summed over all functions: the compiler
/// tracks each local in each block. CPython has 4 million.
pub(crate) const MAX_LOCALS_IN_BLOCKS: u64 = 40_000_000;

/// The maximum depth times number of the blocks of a function, summed over all functions: the
/// compiler searches the enclosing blocks. CPython has 12 million.
pub(crate) const MAX_NESTING: u64 = 500_000_000;

/// The maximum number of parts that a component may expand to. Typical components have some
/// hundreds, those of interpreters some thousands.
pub(crate) const MAX_PARTS: u64 = 100_000;

/// The name of the function that `wasmtime-wizer` runs before a snapshot.
const RESERVED_EXPORT: &str = "wizer-initialize";

/// The reason why a component cannot be a policy.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidComponent {
    /// The bytes are not WebAssembly.
    #[error("{0}, not a WebAssembly component")]
    NotAComponent(&'static str),
    /// It is a core module.
    #[error(
        "a core WebAssembly module, not a component: build it with `admit build`, or wrap it \
         with `wasm-tools component new`"
    )]
    CoreModule,
    /// The component declares a memory that is too large.
    #[error("declares a memory of {}; the maximum is {}", .0, Limits::MAX.memory)]
    Memory(Size),
    /// The component declares tables that are too large.
    #[error(
        "declares tables of {} elements; the maximum is {}",
        .0,
        Limits::MAX.table_elements
    )]
    Table(u64),
    /// A function would take too long to compile.
    #[error(
        "has a function of {} KiB; the maximum is {} KiB",
        .0 >> 10,
        MAX_FUNCTION_BYTES >> 10
    )]
    Function(usize),
    /// A function would take too much memory to compile.
    #[error("has a function of {0} locals; the maximum is {MAX_LOCALS}")]
    Locals(u32),
    /// It has too many functions.
    #[error("has {0} functions; the maximum is {MAX_FUNCTIONS}")]
    Functions(u64),
    /// Its functions have too many locals and blocks.
    #[error(
        "has functions whose locals times blocks are {0}; the maximum is {MAX_LOCALS_IN_BLOCKS}: \
         make the largest functions smaller"
    )]
    LocalsInBlocks(u64),
    /// Its functions have too many nested blocks.
    #[error(
        "has functions whose blocks times their depth are {0}; the maximum is {MAX_NESTING}: make \
         the largest functions smaller"
    )]
    Nesting(u64),
    /// The compiler cannot compile the component.
    #[error(
        "cannot be compiled; perhaps nested components pass strings or lists to each other, which \
         needs a disabled feature: flatten the component of an interpreter, as `admit build` does"
    )]
    Compiler,
    /// Compiling it exceeds a limit of the child process.
    #[error("takes more than {0} to compile: make the component smaller")]
    TooExpensive(String),
    /// The child process that compiles it failed.
    #[error("cannot be compiled: {0}")]
    Remote(String),
    /// Its nested components would expand to more parts than a host can hold.
    #[error("nests components that would expand to more than {MAX_PARTS} parts")]
    TooManyParts,
    /// The bytes have the header of a component but are invalid.
    #[error("invalid component: {0}")]
    Invalid(String),
    /// The component has an import that is not granted.
    #[error("imports `{import}`, which is not granted to policies: {remedy}")]
    Import {
        /// The first such import.
        import: String,
        /// A hint for the author.
        remedy: &'static str,
    },
    /// The component exports a name that is reserved for the snapshot tool.
    #[error(
        "exports `{RESERVED_EXPORT}`, a name that is reserved for snapshots: choose another name"
    )]
    ReservedExport,
    /// The component does not export the contract.
    #[error(
        "does not export `{}` or `{}`: {found}",
        Version::V0_1.export(),
        Version::V0_2.export()
    )]
    Export {
        /// The exports found instead.
        found: String,
    },
    /// The component exports the contract's name with the wrong type.
    #[error("does not implement the contract `{PACKAGE}@{version}`: {reason}")]
    Contract {
        /// The version whose name it exports.
        version: &'static str,
        /// The engine's reason.
        reason: String,
    },
}

/// Checks the header, and describes bytes that are not a component.
#[cfg(feature = "compile")]
pub(crate) fn check_kind(bytes: &[u8]) -> Result<(), InvalidComponent> {
    match bytes {
        [] => Err(InvalidComponent::NotAComponent("an empty file")),
        [b'\0', b'a', b's', b'm', 1, 0, 0, 0, ..] => Err(InvalidComponent::CoreModule),
        [b'\0', b'a', b's', b'm', _, _, 1, 0, ..] => Ok(()),
        [b'\0', b'a', b's', b'm', ..] => {
            Err(InvalidComponent::NotAComponent("WebAssembly of an unknown version"))
        }
        [0x7f, b'E', b'L', b'F', ..] => Err(InvalidComponent::NotAComponent("an ELF file")),
        _ => Err(InvalidComponent::NotAComponent("an unknown kind of file")),
    }
}

/// Checks imports and exports before the linker does, for better error messages. Returns the newest
/// version of the contract that the component exports.
pub(crate) fn check(engine: &Engine, component: &Component) -> Result<Version, InvalidComponent> {
    let ty = component.component_type();
    for (name, import) in ty.imports(engine) {
        if let Some(refused) = refusal_of(name)
            && !is_only_types(engine, &import.ty)
        {
            return Err(refused);
        }
    }
    let exports: Vec<&str> = ty.exports(engine).map(|(name, _)| name).collect();
    if exports.contains(&RESERVED_EXPORT) {
        return Err(InvalidComponent::ReservedExport);
    }
    let exported =
        |version: &Version| exports.iter().any(|name| is_version_of(name, version.export()));
    if let Some(version) = Version::ALL.into_iter().rev().find(exported) {
        return Ok(version);
    }
    let other_version =
        exports.iter().find(|name| interface(name) == interface(Version::V0_1.export()));
    let found = match other_version {
        Some(name) => format!("it exports `{name}`, another version of the contract"),
        None if exports.is_empty() => "it exports nothing".to_owned(),
        None => {
            let few = exports.iter().take(5).copied().collect::<Vec<_>>().join("`, `");
            let more = if exports.len() > 5 { " and more" } else { "" };
            format!("it exports `{few}`{more}")
        }
    };
    Err(InvalidComponent::Export { found })
}

/// Returns whether a policy may import an interface of this name and call its functions.
pub fn is_granted(import: &str) -> bool {
    Version::ALL.into_iter().any(|version| {
        is_version_of(import, version.log()) || is_version_of(import, version.types())
    })
}

/// Returns the error for a component that imports an interface with functions, unless it is
/// granted.
pub fn refusal_of(import: &str) -> Option<InvalidComponent> {
    let refused = || InvalidComponent::Import { import: import.to_owned(), remedy: remedy(import) };
    (!is_granted(import)).then(refused)
}

/// Returns whether an item has only types and no function that could be called.
fn is_only_types(engine: &Engine, item: &ComponentItem) -> bool {
    match item {
        ComponentItem::Type(_) => true,
        ComponentItem::ComponentInstance(instance) => {
            instance.exports(engine).all(|(_, export)| is_only_types(engine, &export.ty))
        }
        _ => false,
    }
}

/// Returns whether two names differ at most in the patch version, which is compatible.
fn is_version_of(name: &str, expected: &str) -> bool {
    let (minor, patch) = name.rsplit_once('.').unwrap_or_default();
    let is_patch = !patch.is_empty() && patch.bytes().all(|byte| byte.is_ascii_digit());
    is_patch && expected.rsplit_once('.').is_some_and(|(expected, _)| minor == expected)
}

fn interface(name: &str) -> &str {
    name.split_once('@').map_or(name, |(interface, _)| interface)
}

fn remedy(import: &str) -> &'static str {
    if import.starts_with("wasi:") {
        "policies have no WASI. Build a Rust policy with `admit build`, for the target \
         wasm32-unknown-unknown"
    } else if interface(import) == interface(Version::V0_1.log()) {
        "this host grants the versions 0.1.0 and 0.2.0 of `admit:policy/log`; build the policy \
         against one of them"
    } else {
        "policies may only import `admit:policy/log`"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_version_is_compatible_and_a_minor_one_is_not() {
        for (name, same) in [
            ("admit:policy/log@0.1.0", true),
            ("admit:policy/log@0.1.7", true),
            ("admit:policy/log@0.2.0", false),
            ("admit:policy/log@0.11.0", false),
            ("admit:policy/log", false),
            ("admit:policy/log@0.1.0\n", false),
            ("admit:policy/log@0.1.0-pre", false),
            ("admit:policy/log@0.1.", false),
            ("log", false),
        ] {
            assert_eq!(is_version_of(name, Version::V0_1.log()), same, "{name}");
        }
    }
}
