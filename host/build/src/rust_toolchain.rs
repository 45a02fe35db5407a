//! Rust's tools, started as a person would start them.

use crate::diagnostics;
use anyhow::{Context, bail};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The advice where cargo or rustup cannot be started.
pub const NO_RUST: &str = "cannot start Rust's tools; install Rust from https://rustup.rs";

/// A tool of Rust, as a person would start it in that folder.
pub fn tool(name: &str, folder: &Path) -> Command {
    let mut command = Command::new(name);
    command.current_dir(folder);
    // Variables that are meant for the build that started this process.
    for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WORKSPACE_WRAPPER"] {
        command.env_remove(variable);
    }
    if env::var_os("CARGO").is_some() {
        // Under `cargo run` it names the toolchain of that project, not of this one.
        command.env_remove("RUSTUP_TOOLCHAIN");
    }
    command
}

/// Adds a target to the toolchain of a folder, if it is missing.
pub fn add_target(folder: &Path, target: &str) -> anyhow::Result<()> {
    let libraries = tool("rustc", folder)
        .args(["--print", "target-libdir", "--target", target])
        .output()
        .context(NO_RUST)?;
    if !libraries.status.success() {
        let said = String::from_utf8_lossy(&libraries.stderr);
        bail!("rustc does not run in `{}`: {}", folder.display(), said.trim());
    }
    let libraries = String::from_utf8_lossy(&libraries.stdout).trim().to_owned();
    if Path::new(&libraries).is_dir() {
        return Ok(());
    }
    diagnostics::say(&format!("adding the Rust target {target}: rustup target add {target}"));
    let added = tool("rustup", folder).args(["target", "add", target]).status();
    match added {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => bail!(
            "the Rust target {target} is missing and rustup could not add it: check the network, \
             then run `rustup target add {target}`"
        ),
        Err(error) => bail!(
            "the Rust target {target} is missing, and rustup, which would add it, cannot be started ({error}): \
             install it with your Rust, or Rust from https://rustup.rs"
        ),
    }
}

/// The flags that keep paths of this machine out of components. Paths end up in panic messages: the
/// same source must give the same bytes on every machine, and a home folder is private.
pub fn remap_paths(folders: &[(&Path, &str)]) -> Vec<String> {
    let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo_home = cargo_home.or_else(|| Some(env::home_dir()?.join(".cargo")));
    let home = cargo_home.iter().map(|home| (home.as_path(), "/cargo"));
    home.chain(folders.iter().copied())
        .map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()))
        .collect()
}
