//! What commands compiled before, kept between them: an interpreter takes seconds to compile, a
//! thousand small policies a minute, and every command needs their code.
//!
//! A file holds native code, which the next command runs. So it is read only from a folder, and
//! only if it is a file, that nobody else can write; what is damaged is made anew. Whatever goes
//! wrong here, a command does the same without it, later.
//!
//! Wasmtime has such a cache of its own. It takes what it finds in its folder, and does nothing for
//! code that is made for another machine.

mod bound;
mod folder;
mod names;

use crate::policy_set::compile_job::ChildCompiler;
use crate::process::addresses;
use admit_engine::{Addresses, CompiledCache, Compiler, Engine, EngineError, Target};
use folder::Folder;
use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

/// The variable that names the folder, or is `off`.
const VARIABLE: &str = "ADMIT_CACHE";

/// The files of one user, for all engines of this process.
struct Kept;

/// Looked at when it is first needed.
static FOLDER: LazyLock<Option<Folder>> = LazyLock::new(|| Folder::open(place()?));

/// Creates an engine that caches compiled components, and compiles them in child processes.
pub(crate) fn engine() -> Result<Engine, EngineError> {
    Ok(engine_of_child(addresses::of_process())?.with_remote(Arc::new(ChildCompiler)))
}

/// Creates an engine that reserves the room of an evaluation like the function, to measure times.
/// With a limited address space, the room is reserved on demand.
pub(crate) fn measuring_engine() -> Result<Engine, EngineError> {
    let engine = match addresses::of_process() {
        Addresses::Plenty => Engine::new(1)?,
        Addresses::Few => Engine::on_demand(Addresses::Few)?,
    };
    Ok(engine.with_cache(Arc::new(Kept)).with_remote(Arc::new(ChildCompiler)))
}

/// Creates an engine that caches compiled components, for a child process.
pub(crate) fn engine_of_child(addresses: Addresses) -> Result<Engine, EngineError> {
    Ok(Engine::on_demand(addresses)?.with_cache(Arc::new(Kept)))
}

/// Creates a compiler for an architecture that caches compiled components, and compiles them in
/// child processes.
pub(crate) fn compiler(target: Target) -> Result<Compiler, EngineError> {
    let compiler = Compiler::for_target(target)?.with_cache(Arc::new(Kept));
    Ok(compiler.with_remote(Arc::new(ChildCompiler)))
}

impl CompiledCache for Kept {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        FOLDER.as_ref()?.read(name)
    }

    fn write(&self, name: &str, file: &[u8]) {
        if let Some(folder) = &*FOLDER {
            folder.write(name, file);
        }
    }
}

/// Where the files are; nowhere if nobody says.
fn place() -> Option<PathBuf> {
    chosen(|name| env::var_os(name).filter(|value| !value.is_empty()))
}

fn chosen(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    match variable(VARIABLE) {
        Some(off) if off == "off" => return None,
        Some(folder) => return Some(folder.into()),
        None => {}
    }
    // Elsewhere it would be below whatever folder a command happens to run in.
    let absolute = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")));
    Some(caches?.join("admit"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_variable_names_the_folder() {
        type Row<'a> = (&'a [(&'a str, &'a str)], Option<&'a str>);
        let rows: [Row<'_>; 8] = [
            (&[("ADMIT_CACHE", "a"), ("XDG_CACHE_HOME", "/x"), ("HOME", "/h")], Some("a")),
            (&[("ADMIT_CACHE", "off"), ("XDG_CACHE_HOME", "/x"), ("HOME", "/h")], None),
            (&[("ADMIT_CACHE", "./off")], Some("./off")),
            (&[("XDG_CACHE_HOME", "/x"), ("HOME", "/h")], Some("/x/admit")),
            (&[("XDG_CACHE_HOME", "x"), ("HOME", "/h")], Some("/h/.cache/admit")),
            (&[("HOME", "/h")], Some("/h/.cache/admit")),
            (&[("HOME", "h")], None),
            (&[], None),
        ];
        for (variables, folder) in rows {
            let value = |name: &str| {
                variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
            };
            assert_eq!(chosen(value), folder.map(PathBuf::from), "{variables:?}");
        }
    }
}
