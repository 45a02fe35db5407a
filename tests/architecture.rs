//! The structure that `ARCHITECTURE.md` describes: crates, libraries, imports and files.

mod crates;
mod files;
mod import_cycles;
mod libraries;
mod paths;

use admit_tests::root;
use cargo_metadata::{DependencyKind, MetadataCommand, Package};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The packages of the workspace.
fn packages() -> Vec<Package> {
    let mut command = MetadataCommand::new();
    command.manifest_path(root().join("Cargo.toml")).other_options(["--locked".to_owned()]);
    let metadata = command.exec().expect("cargo metadata");
    metadata.workspace_packages().into_iter().cloned().collect()
}

/// The dependencies of a package, without those of its tests alone.
fn dependencies(package: &Package) -> BTreeSet<&str> {
    let needed = |kind| matches!(kind, DependencyKind::Normal | DependencyKind::Build);
    package.dependencies.iter().filter(|d| needed(d.kind)).map(|d| d.name.as_str()).collect()
}

/// The Rust files of a folder, without what tools put there.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let is_foreign = name.starts_with('.') || ["target", "node_modules"].contains(&name);
        if path.is_dir() && !path.is_symlink() && !is_foreign {
            files.extend(rust_files(&path));
        } else if name.ends_with(".rs") {
            files.push(path);
        }
    }
    files
}

/// The `src` folders of the host's crates.
fn host_sources() -> Vec<PathBuf> {
    let crates = fs::read_dir(root().join("host")).unwrap();
    crates.map(|found| found.unwrap().path().join("src")).collect()
}
