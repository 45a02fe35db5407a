//! A checkout of `admit` itself, in which the bootstrap can be built.

use admit_build::rust_toolchain;
use admit_engine::Target;
use admit_package::bootstrap::Variant;
use anyhow::{Context, bail};
use serde::Deserialize;
use std::env;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The package of the bootstrap.
const PACKAGE: &str = "admit-lambda";

/// A checkout of `admit`.
pub(crate) struct Checkout(PathBuf);

impl Checkout {
    /// Finds a checkout that contains this folder, the current directory or this executable.
    pub(crate) fn find(folder: &Path) -> Option<Checkout> {
        let folder = folder.canonicalize().ok();
        let here = env::current_dir().ok();
        let tool = env::current_exe().ok();
        [folder, here, tool].into_iter().flatten().find_map(|place| {
            let root = place.ancestors().find(|root| is_checkout(root))?;
            Some(Checkout(root.to_owned()))
        })
    }

    /// Builds the bootstrap for a target and returns its path. Cargo shows its progress on the
    /// terminal.
    pub(crate) fn build_bootstrap(
        &self,
        target: Target,
        variant: Variant,
    ) -> anyhow::Result<PathBuf> {
        let root = &self.0;
        let triple = target.triple();
        rust_toolchain::add_target(root, triple)?;
        let mut command = rust_toolchain::tool("cargo", root);
        let mut flags = rust_toolchain::remap_paths(&[(root, "/admit")]);
        if Some(target) == Target::HERE && cfg!(target_os = "linux") {
            command.arg("build").args(["--target", triple]);
            // A static executable starts faster, and does not depend on the version of this machine's
            // C library.
            if has_static_libc() {
                flags.push("-Ctarget-feature=+crt-static".to_owned());
            }
        } else {
            check_cross_compiler(root, target)?;
            // The version of the C library in Amazon Linux 2023.
            command.arg("zigbuild").args(["--target", &format!("{triple}.2.34")]);
        }
        let flags = serde_json::json!(flags);
        let mut child = command
            .args(["--release", "--locked", "--package", PACKAGE])
            .args(variant.flags())
            .args(["--config", &format!("target.{triple}.rustflags={flags}")])
            .args(["--message-format", "json-render-diagnostics"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context(rust_toolchain::NO_RUST)?;
        let executable = child.stdout.take().and_then(executable);
        if !child.wait()?.success() {
            bail!("cannot build the bootstrap for {target} in `{}`", root.display());
        }
        executable.with_context(|| format!("`{}` does not build a bootstrap", root.display()))
    }
}

fn is_checkout(root: &Path) -> bool {
    let manifest = std::fs::read_to_string(root.join("host/lambda/Cargo.toml"));
    manifest.is_ok_and(|text| text.contains(&format!("name = \"{PACKAGE}\"")))
}

/// Whether the C compiler of this machine finds a static C library.
fn has_static_libc() -> bool {
    let found = Command::new("cc").arg("-print-file-name=libc.a").output();
    // The compiler prints the name unchanged if it does not find the file.
    found.is_ok_and(|found| found.stdout.starts_with(b"/"))
}

/// Checks for cargo-zigbuild, which provides a linker and a C compiler for other targets.
fn check_cross_compiler(root: &Path, target: Target) -> anyhow::Result<()> {
    let mut command = rust_toolchain::tool("cargo", root);
    let help = command.args(["zigbuild", "--help"]).output();
    if help.is_ok_and(|help| help.status.success()) {
        return Ok(());
    }
    let flag = match target {
        Target::X86_64 => "--x86-64",
        Target::Arm64 => "--arm64",
    };
    bail!(
        "no compiler for {target}: run `pip install cargo-zigbuild` and try again, or run `cargo \
         lambda build --release --package {PACKAGE} {flag}` and pass `--bootstrap \
         target/lambda/bootstrap/bootstrap`"
    )
}

/// The executable among the artifacts that cargo reports.
fn executable(messages: impl Read) -> Option<PathBuf> {
    #[derive(Deserialize)]
    struct Message {
        executable: Option<PathBuf>,
    }

    BufReader::new(messages)
        .lines()
        .map_while(Result::ok)
        .filter_map(|line| serde_json::from_str::<Message>(&line).ok()?.executable)
        // Reads to the end, because cargo fails if its output is closed.
        .last()
}
