//! Policies in Rust, built with cargo, which knows by itself what has to be built anew.

use super::guest_language::contents::{CASES, POLICY_TOML, README};
use super::guest_language::{Files, GuestLanguage, STACK_BYTES};
use crate::build::finish::finish;
use crate::build::output_folder::OutputFolder;
use crate::source::Source;
use crate::templates::{SHARED, sdk, template};
use crate::{diagnostics, rust_toolchain};
use admit_core::{KeyPath, Language, Metadata};
use anyhow::{Context, bail};
use serde::Deserialize;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The target of Rust policies: without an operating system, they import nothing.
const TARGET: &str = "wasm32-unknown-unknown";

/// The profile that policies are built with; the author's `release` stays as it is.
const PROFILE: &str = "policy";

/// The file that every project in Rust has.
pub(crate) const MANIFEST: &str = "Cargo.toml";

/// The files that cargo reads of a project, beside its sources.
const FILES: [&str; 3] = [MANIFEST, "Cargo.lock", "build.rs"];

/// The SDK is formatted as this repository is.
const SDK_FORMAT: Files = &[("sdk/rustfmt.toml", include_str!("../../../../rustfmt.toml"))];

/// Rust, built with cargo.
pub(crate) struct Rust;

impl GuestLanguage for Rust {
    fn language(&self) -> Language {
        Language::Rust
    }

    fn names(&self) -> &'static [&'static str] {
        &["rust", "rs"]
    }

    fn source(&self) -> &'static str {
        MANIFEST
    }

    /// The names that Rust reserves, and those that would clash with a crate of the project.
    #[rustfmt::skip]
    fn reserved_names(&self) -> &'static [&'static str] {
        &[
            "abstract", "admit-policy", "admit_policy", "alloc", "as", "async", "await", "become",
            "box", "break", "const", "continue", "core", "crate", "do", "dyn", "else", "enum",
            "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
            "macro", "match", "mod", "move", "mut", "override", "priv", "proc-macro",
            "proc_macro", "pub", "ref", "return", "schemars", "self", "serde", "static", "std",
            "struct", "super", "test", "trait", "true", "try", "type", "typeof", "unsafe",
            "unsized", "use", "virtual", "where", "while", "yield",
        ]
    }

    fn template(&self) -> &'static [Files] {
        &[SHARED, SDK_FORMAT, sdk::RUST, template::COMMON, template::RUST]
    }

    fn contents(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("src/lib.rs", "the policy, and its tests"),
            POLICY_TOML,
            ("settings.schema.json", "the schema of its settings, made from their Rust type"),
            CASES,
            (MANIFEST, "its package"),
            README,
            ("sdk/", "the crate `admit-policy`, so that the project builds anywhere"),
        ]
    }

    fn how_to_export(&self) -> &'static str {
        "call `admit_policy::export!` with the type that is one"
    }

    fn files(&self, folder: &Path) -> Vec<PathBuf> {
        FILES.iter().map(|file| folder.join(file)).collect()
    }

    fn build(
        &self,
        folder: &Path,
        source: &Source,
        metadata: &Metadata,
    ) -> anyhow::Result<PathBuf> {
        let sources = Sources::read(folder)?;
        sources.compare(&folder.join(MANIFEST), source, metadata);
        let built = build(folder, &sources)?;
        let finished = finish(folder, self, read(&built)?, Some(metadata))?;
        match built.file_name() {
            // Cargo's own file is left alone.
            Some(name) => OutputFolder::make(&sources.target, "admit")?.write(name, &finished),
            None => Ok(built),
        }
    }
}

/// Builds the project in a folder without a `policy.toml`, and returns where its component is.
pub(crate) fn build_without_metadata(folder: &Path) -> anyhow::Result<PathBuf> {
    let built = build(folder, &Sources::read(folder)?)?;
    finish(folder, &Rust, read(&built)?, None)?;
    Ok(built)
}

fn read(component: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(component).with_context(|| format!("cannot read `{}`", component.display()))
}

/// Has cargo build a project, and returns where its component is.
fn build(folder: &Path, sources: &Sources) -> anyhow::Result<PathBuf> {
    let manifest = folder.join(MANIFEST);
    if !sources.target.join(TARGET).join(PROFILE).is_dir() {
        say_first_build(folder);
    }
    let output = cargo(folder)
        .args(["rustc", "--quiet", "--profile", PROFILE, "--target", TARGET])
        // A second crate type beside this one would switch off link-time optimisation.
        .args(["--lib", "--crate-type", "cdylib"])
        .args(["--message-format", "json-render-diagnostics"])
        .args(config(sources))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .and_then(|mut child| {
            let component = child.stdout.take().and_then(|out| component_of(out, &manifest));
            Ok((child.wait()?, component))
        });
    match output.context(rust_toolchain::NO_RUST)? {
        (status, _) if !status.success() => bail!("cannot build `{}`", folder.display()),
        (_, Some(component)) => Ok(component),
        (_, None) => bail!(
            "`{}` does not build a component: a policy is a library that calls `admit_policy::export!`",
            folder.display()
        ),
    }
}

fn config(sources: &Sources) -> Vec<String> {
    let packages: Vec<(&Path, String)> = sources
        .packages
        .iter()
        .map(|(name, folder)| (folder.as_path(), format!("/{name}")))
        .collect();
    let mut folders: Vec<(&Path, &str)> =
        packages.iter().map(|(folder, name)| (*folder, name.as_str())).collect();
    folders.push((&sources.workspace, "/policy"));
    let mut flags = vec![format!("-Clink-arg=-zstack-size={STACK_BYTES}")];
    flags.extend(rust_toolchain::remap_paths(&folders));
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

/// Cargo is quiet, since it is started for every policy of a manifest; a long build should not look
/// as if it hangs.
fn say_first_build(folder: &Path) {
    let folder = folder.display();
    diagnostics::say(&format!("building `{folder}` for the first time, which takes a moment"));
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
        // Read to the end, since cargo fails if its output is not read.
        .last()
}

/// The places of a build's sources on this machine.
struct Sources {
    workspace: PathBuf,
    /// Where cargo puts what it builds.
    target: PathBuf,
    /// The name and the folder of every package outside the workspace and the registry.
    packages: Vec<(String, PathBuf)>,
    /// Every package outside the registry.
    local: Vec<Package>,
}

/// A package, as cargo describes it.
#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    source: Option<String>,
    manifest_path: PathBuf,
}

impl Sources {
    /// Asks cargo, for a toolchain that has the target.
    fn read(folder: &Path) -> anyhow::Result<Sources> {
        #[derive(Deserialize)]
        struct Metadata {
            workspace_root: PathBuf,
            target_directory: PathBuf,
            packages: Vec<Package>,
        }

        rust_toolchain::add_target(folder, TARGET)?;
        let output = cargo(folder)
            .args(["metadata", "--quiet", "--format-version", "1", "--filter-platform", TARGET])
            .stderr(Stdio::inherit())
            .output()
            .context(rust_toolchain::NO_RUST)?;
        if !output.status.success() {
            bail!("cannot build `{}`", folder.display());
        }
        let metadata: Metadata = serde_json::from_slice(&output.stdout)
            .context("cannot read what cargo metadata says")?;
        let is_local = |package: &Package| package.source.is_none();
        let local: Vec<Package> = metadata.packages.into_iter().filter(is_local).collect();
        let packages = local.iter().filter_map(|package| {
            let folder = package.manifest_path.parent()?.to_owned();
            // The workspace is remapped as a whole.
            let outside = !folder.starts_with(&metadata.workspace_root);
            outside.then(|| (package.name.clone(), folder))
        });
        Ok(Sources {
            packages: packages.collect(),
            workspace: metadata.workspace_root,
            target: metadata.target_directory,
            local,
        })
    }

    /// Warns if `policy.toml` and `Cargo.toml` differ in name or version: one was forgotten in a
    /// change.
    fn compare(&self, manifest: &Path, source: &Source, metadata: &Metadata) {
        let manifest = manifest.canonicalize().ok();
        let is_this = |package: &&Package| Some(&package.manifest_path) == manifest.as_ref();
        let Some(package) = self.local.iter().find(is_this) else { return };
        let warn = |key: &str, message: String| {
            diagnostics::warn(source, &KeyPath::default().key(key), message);
        };
        if metadata.name.as_str() != package.name {
            warn("name", format!("the package is called `{}` in Cargo.toml", package.name));
        }
        if metadata.version != package.version {
            warn("version", format!("the package has `{}` in Cargo.toml", package.version));
        }
    }
}

fn cargo(folder: &Path) -> Command {
    rust_toolchain::tool("cargo", folder)
}
