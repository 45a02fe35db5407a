//! Builds a policy project to a component, with nothing asked of its author.

use anyhow::{Context, bail};
use serde::Deserialize;
use std::env;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What Rust policies are built for: no operating system, so nothing to import.
const TARGET: &str = "wasm32-unknown-unknown";

/// The profile that policies are built with; the author's `release` stays as it is.
const PROFILE: &str = "policy";

/// The bytes of a guest's stack. It stands before everything else in memory, so that an
/// overflow is a trap; each page more costs time on every sign-up.
const STACK_BYTES: usize = 64 << 10;

/// Builds the project in a folder and returns where its component is.
pub(crate) fn build(folder: &Path) -> anyhow::Result<PathBuf> {
    let manifest = folder.join("Cargo.toml");
    if !manifest.is_file() {
        bail!("`{}` is no policy project: it has no Cargo.toml", folder.display());
    }
    add_target(folder)?;
    let workspace = workspace_root(folder)?;
    let output = cargo(folder)
        .args(["rustc", "--quiet", "--profile", PROFILE, "--target", TARGET])
        // A second crate type beside this one would switch off link-time optimisation.
        .args(["--lib", "--crate-type", "cdylib"])
        .args(["--message-format", "json-render-diagnostics"])
        .args(config(&workspace))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .and_then(|mut child| {
            let component = child.stdout.take().and_then(|out| component_of(out, &manifest));
            Ok((child.wait()?, component))
        });
    match output.context("cannot run cargo; install Rust from https://rustup.rs")? {
        (status, _) if !status.success() => bail!("cannot build `{}`", folder.display()),
        (_, Some(component)) => Ok(component),
        (_, None) => bail!(
            "`{}` builds no component: a policy is a library that calls `admit_policy::export!`",
            folder.display()
        ),
    }
}

fn config(workspace: &Path) -> Vec<String> {
    let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo_home = cargo_home.or_else(|| Some(env::home_dir()?.join(".cargo")));
    let mut flags = vec![format!("-Clink-arg=-zstack-size={STACK_BYTES}")];
    // Paths of this machine end up in panic messages: the same source must give the same
    // bytes elsewhere, and nobody's home belongs into a component.
    flags.extend(cargo_home.map(|home| format!("--remap-path-prefix={}=/cargo", home.display())));
    flags.push(format!("--remap-path-prefix={}=/policy", workspace.display()));
    let flags = serde_json::json!(flags);
    [
        format!("target.{TARGET}.linker=\"wasm-component-ld\""),
        format!("target.{TARGET}.rustflags={flags}"),
        format!("profile.{PROFILE}.inherits=\"release\""),
        format!("profile.{PROFILE}.opt-level=\"s\""),
        format!("profile.{PROFILE}.lto=true"),
        format!("profile.{PROFILE}.codegen-units=1"),
        format!("profile.{PROFILE}.panic=\"abort\""),
        format!("profile.{PROFILE}.strip=true"),
    ]
    .into_iter()
    .flat_map(|setting| ["--config".to_owned(), setting])
    .collect()
}

/// The component among the artifacts that cargo reports.
fn component_of(messages: impl std::io::Read, manifest: &Path) -> Option<PathBuf> {
    #[derive(Deserialize)]
    struct Message {
        manifest_path: Option<PathBuf>,
        #[serde(default)]
        filenames: Vec<PathBuf>,
    }

    let manifest = manifest.canonicalize().ok()?;
    BufReader::new(messages)
        .lines()
        .map_while(Result::ok)
        .filter_map(|line| serde_json::from_str::<Message>(&line).ok())
        .filter(|message| message.manifest_path.as_ref() == Some(&manifest))
        .flat_map(|message| message.filenames)
        .filter(|file| file.extension().is_some_and(|extension| extension == "wasm"))
        // To the end: cargo fails when nobody reads what it still has to say.
        .last()
}

/// Adds the Wasm target to the toolchain of a folder, where it is missing.
#[expect(clippy::print_stderr, reason = "says what it changes on the machine")]
fn add_target(folder: &Path) -> anyhow::Result<()> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let libraries = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .current_dir(folder)
        .output()
        .context("cannot run rustc; install Rust from https://rustup.rs")?;
    let libraries = String::from_utf8_lossy(&libraries.stdout).trim().to_owned();
    if Path::new(&libraries).is_dir() {
        return Ok(());
    }
    eprintln!("adding the Rust target {TARGET}: rustup target add {TARGET}");
    let added = Command::new("rustup").args(["target", "add", TARGET]).current_dir(folder).status();
    match added {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => bail!(
            "the Rust target {TARGET}, which policies are built for, is missing and rustup could \
             not add it: check the network, then run `rustup target add {TARGET}`"
        ),
        Err(error) => bail!(
            "the Rust target {TARGET}, which policies are built for, is missing, and there is no \
             rustup to add it ({error}): install it with your Rust, or Rust from https://rustup.rs"
        ),
    }
}

fn workspace_root(folder: &Path) -> anyhow::Result<PathBuf> {
    let output = cargo(folder)
        .args(["locate-project", "--workspace", "--message-format", "plain"])
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo; install Rust from https://rustup.rs")?;
    let manifest = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    match manifest.parent() {
        Some(root) if output.status.success() => Ok(root.to_owned()),
        _ => bail!("cannot build `{}`", folder.display()),
    }
}

/// Cargo, as a person would start it in that folder.
fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder);
    // They are meant for the build that this process is part of, if it is.
    for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WORKSPACE_WRAPPER"] {
        command.env_remove(variable);
    }
    for (name, _) in env::vars_os().filter(|(name, _)| is_of_a_package(name)) {
        command.env_remove(name);
    }
    command
}

fn is_of_a_package(name: &OsString) -> bool {
    name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name == "CARGO_MANIFEST_DIR")
}
