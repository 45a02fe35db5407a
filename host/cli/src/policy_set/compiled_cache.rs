//! A cache of compiled components on disk, shared by all commands: an interpreter takes seconds to
//! compile, a thousand small policies take a minute, and most commands need their code.
//!
//! The files hold native code that the next command runs. The cache therefore reads only files and
//! folders that no other user can write, and compiles again if a file is damaged. If the cache
//! cannot be used, commands work as before, but slower.
//!
//! Wasmtime's own cache does not check who can write its files, and does not cache code for other
//! machines.

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

/// The environment variable that names the folder, or is `off`.
const VARIABLE: &str = "ADMIT_CACHE";

/// The cache of the current user, shared by all engines of this process.
struct UserCache;

/// The folder, opened when it is first needed.
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
    Ok(engine.with_cache(Arc::new(UserCache)).with_remote(Arc::new(ChildCompiler)))
}

/// Creates an engine that caches compiled components, for a child process.
pub(crate) fn engine_of_child(addresses: Addresses) -> Result<Engine, EngineError> {
    Ok(Engine::on_demand(addresses)?.with_cache(Arc::new(UserCache)))
}

/// Creates a compiler for an architecture that caches compiled components, and compiles them in
/// child processes.
pub(crate) fn compiler(target: Target) -> Result<Compiler, EngineError> {
    let compiler = Compiler::for_target(target)?.with_cache(Arc::new(UserCache));
    Ok(compiler.with_remote(Arc::new(ChildCompiler)))
}

impl CompiledCache for UserCache {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        FOLDER.as_ref()?.read(name)
    }

    fn write(&self, name: &str, file: &[u8]) {
        if let Some(folder) = &*FOLDER {
            folder.write(name, file);
        }
    }
}

/// Returns the path of the folder, or `None` if the cache is off or the environment names no folder.
fn place() -> Option<PathBuf> {
    chosen(|name| env::var_os(name).filter(|value| !value.is_empty()))
}

fn chosen(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    match variable(VARIABLE) {
        Some(off) if off == "off" => return None,
        Some(folder) => return Some(folder.into()),
        None => {}
    }
    // A relative path would depend on the folder in which a command runs.
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
