//! Which components are let in: those that ask for nothing that is not granted, and
//! that answer what they are asked.

use crate::contract;
use admit_core::{Limits, Size};
use thiserror::Error;
use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

/// How large a function may be: some take a time to compile that grows with the square of
/// their size. The largest of an interpreter written in C has some hundred KiB.
pub(crate) const MAX_FUNCTION: usize = 512 << 10;

/// How many locals a function may have: each is looked after in each of its blocks.
pub(crate) const MAX_LOCALS: u32 = 10_000;

/// How many functions a component may have. One of an interpreter has some thousands, CPython
/// 14,000.
pub(crate) const MAX_FUNCTIONS: u64 = 30_000;

/// How much the locals of a function may be in all its blocks, over all functions: the compiler
/// looks after each in each. CPython has 4 million.
pub(crate) const MAX_LOCALS_IN_BLOCKS: u64 = 40_000_000;

/// How much the depth of the blocks of a function may be in all its blocks, over all functions:
/// the compiler looks through them. CPython has 12 million.
pub(crate) const MAX_NESTING: u64 = 500_000_000;

/// How many parts a component may unfold into. Honest ones have some hundreds, those of
/// interpreters some thousands.
pub(crate) const MAX_PARTS: u64 = 100_000;

/// The name under which `wasmtime-wizer` looks for a function to run before a snapshot.
const RESERVED_EXPORT: &str = "wizer-initialize";

/// Why a component cannot be a policy.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidComponent {
    /// The bytes are not WebAssembly at all.
    #[error("{0}, not a WebAssembly component")]
    NoComponent(&'static str),
    /// It is a core module.
    #[error(
        "a core WebAssembly module, not a component: build it with `admit build`, or wrap it \
         with `wasm-tools component new`"
    )]
    CoreModule,
    /// It has a memory that no policy may have.
    #[error("declares a memory of {}, and no policy may have more than {}", .0, Limits::MAX.memory)]
    Memory(Size),
    /// It has tables that no policy may have.
    #[error(
        "declares tables of {} elements, and no policy may have more than {}",
        .0,
        Limits::MAX.table_elements
    )]
    Table(u64),
    /// It has a function that would take too long to compile.
    #[error(
        "has a function of {} KiB, and no policy may have one of more than {} KiB",
        .0 >> 10,
        MAX_FUNCTION >> 10
    )]
    Function(usize),
    /// It has a function that would take too much memory to compile.
    #[error("has a function of {0} locals, and no policy may have one of more than {MAX_LOCALS}")]
    Locals(u32),
    /// It has functions that would take too long to compile together.
    #[error("has {0} functions, and no policy may have more than {MAX_FUNCTIONS}")]
    Functions(u64),
    /// It has functions of which the locals would take too much memory to compile.
    #[error(
        "has functions of so many locals and blocks that they multiply to {0}, and no policy may \
         have more than {MAX_LOCALS_IN_BLOCKS}: make the largest functions smaller"
    )]
    LocalsInBlocks(u64),
    /// It has functions of which the blocks would take too long to compile.
    #[error(
        "has functions of blocks so deep inside each other that their number and depth multiply \
         to {0}, and no policy may have more than {MAX_NESTING}: make the largest functions smaller"
    )]
    Nesting(u64),
    /// The compiler cannot handle it.
    #[error(
        "cannot be compiled; perhaps components inside it hand each other texts or lists, which \
         needs a feature that is off: an interpreter's is to be made plain, as `admit build` does"
    )]
    Compiler,
    /// To compile it takes more than there is for it.
    #[error("takes more than {0} to compile, and was given up: build the component smaller")]
    TooExpensive(String),
    /// What was to compile it elsewhere could not.
    #[error("cannot be compiled: {0}")]
    Remote(String),
    /// It would unfold into more than a host can hold.
    #[error("nests components that would unfold into more than {MAX_PARTS} parts")]
    Unfolds,
    /// The bytes claim to be a component and are not valid.
    #[error("no valid component: {0}")]
    Invalid(String),
    /// It imports something that no policy is granted.
    #[error("imports `{import}`, which no policy is granted: {remedy}")]
    Import {
        /// The first such import.
        import: String,
        /// What the author can do.
        remedy: &'static str,
    },
    /// It exports a name that a tool gives a meaning of its own.
    #[error(
        "exports `{RESERVED_EXPORT}`, which the tool that configures a policy ahead gives a \
         meaning of its own: choose another name for it"
    )]
    ReservedExport,
    /// It does not export the contract.
    #[error("does not export `{}`: {found}", contract::EXPORT)]
    Export {
        /// What is there instead.
        found: String,
    },
    /// It exports something of the right name and the wrong type.
    #[error("does not speak the contract `{}@{}`: {reason}", contract::PACKAGE, contract::VERSION)]
    Contract {
        /// The engine's reason.
        reason: String,
    },
}

/// Tells what bytes are that are no component, by their first few.
#[cfg(feature = "compile")]
pub(crate) fn check_kind(bytes: &[u8]) -> Result<(), InvalidComponent> {
    match bytes {
        [] => Err(InvalidComponent::NoComponent("an empty file")),
        [b'\0', b'a', b's', b'm', 1, 0, 0, 0, ..] => Err(InvalidComponent::CoreModule),
        [b'\0', b'a', b's', b'm', _, _, 1, 0, ..] => Ok(()),
        [b'\0', b'a', b's', b'm', ..] => {
            Err(InvalidComponent::NoComponent("WebAssembly of an unknown version"))
        }
        [0x7f, b'E', b'L', b'F', ..] => Err(InvalidComponent::NoComponent("an ELF file")),
        _ => Err(InvalidComponent::NoComponent("an unknown kind of file")),
    }
}

/// Names the imports that are not granted, and a missing export, before the linker does.
pub(crate) fn check(engine: &Engine, component: &Component) -> Result<(), InvalidComponent> {
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
    if exports.iter().any(|name| is_version_of(name, contract::EXPORT)) {
        return Ok(());
    }
    let other_version = exports.iter().find(|name| interface(name) == interface(contract::EXPORT));
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

/// Whether a policy may import an interface of this name and call what is in it.
pub fn is_granted(import: &str) -> bool {
    is_version_of(import, contract::LOG) || is_version_of(import, contract::TYPES)
}

/// Why a component that imports this, and could call what is in it, is refused; nothing if it
/// is granted.
pub fn refusal_of(import: &str) -> Option<InvalidComponent> {
    let refused = || InvalidComponent::Import { import: import.to_owned(), remedy: remedy(import) };
    (!is_granted(import)).then(refused)
}

/// Whether an item holds no function that could be called.
fn is_only_types(engine: &Engine, item: &ComponentItem) -> bool {
    match item {
        ComponentItem::Type(_) => true,
        ComponentItem::ComponentInstance(instance) => {
            instance.exports(engine).all(|(_, export)| is_only_types(engine, &export.ty))
        }
        _ => false,
    }
}

/// Whether two names differ at most in the patch version, which is compatible.
fn is_version_of(name: &str, expected: &str) -> bool {
    let minor = |name: &str| name.rsplit_once('.').map(|(minor, _)| minor.to_owned());
    name == expected || minor(name).is_some() && minor(name) == minor(expected)
}

fn interface(name: &str) -> &str {
    name.split_once('@').map_or(name, |(interface, _)| interface)
}

fn remedy(import: &str) -> &'static str {
    if import.starts_with("wasi:") {
        "a policy has no WASI. A Rust policy gets none when it is built with `admit build`, for \
         the target wasm32-unknown-unknown"
    } else if interface(import) == interface(contract::LOG) {
        "this host grants `admit:policy/log@0.1.0`; build the policy against that version of the \
         contract"
    } else {
        "the only import that a policy may have is `admit:policy/log@0.1.0`"
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
            ("log", false),
        ] {
            assert_eq!(is_version_of(name, contract::LOG), same, "{name}");
        }
    }
}
