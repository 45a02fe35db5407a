//! The arrows of `ARCHITECTURE.md`: who may depend on whom.

use cargo_metadata::{DependencyKind, MetadataCommand, Package};
use std::collections::{BTreeMap, BTreeSet};

/// What each crate of the host may use of the others.
const ARROWS: [(&str, &[&str]); 9] = [
    ("admit-core", &[]),
    ("admit-component", &["admit-core"]),
    ("admit-engine", &["admit-core"]),
    ("admit-cognito", &["admit-core"]),
    ("admit-trigger", &["admit-core", "admit-engine", "admit-cognito"]),
    ("admit-lambda", &["admit-core", "admit-engine", "admit-cognito", "admit-trigger"]),
    ("admit-build", &["admit-component", "admit-core", "admit-engine"]),
    (
        "admit-cli",
        &[
            "admit-build",
            "admit-component",
            "admit-core",
            "admit-engine",
            "admit-cognito",
            "admit-trigger",
        ],
    ),
    ("admit-policy", &[]),
];

/// What only one crate of the host may name.
const BORDERS: [(&str, &[&str]); 12] = [
    ("wasmtime", &["admit-engine"]),
    ("lambda_runtime", &["admit-lambda", "admit-native-handler"]),
    ("lambda_runtime_api_client", &["admit-lambda"]),
    ("tokio", &["admit-lambda", "admit-cli", "admit-native-handler"]),
    ("tracing", &["admit-trigger"]),
    ("hyper", &["admit-cli"]),
    ("askama", &["admit-cli"]),
    ("wasm-metadata", &["admit-component", "admit-tests"]),
    ("wit-component", &["admit-component"]),
    ("wit-parser", &["admit-component"]),
    ("clap", &["admit-cli"]),
    ("wit-bindgen", &["admit-policy"]),
];

fn packages() -> Vec<Package> {
    let manifest = admit_tests::root().join("Cargo.toml");
    let mut command = MetadataCommand::new();
    command.manifest_path(manifest).other_options(["--locked".to_owned()]);
    let metadata = command.exec().expect("cargo metadata");
    metadata.workspace_packages().into_iter().cloned().collect()
}

fn dependencies(package: &Package) -> BTreeSet<&str> {
    let normal = |kind| matches!(kind, DependencyKind::Normal | DependencyKind::Build);
    package.dependencies.iter().filter(|d| normal(d.kind)).map(|d| d.name.as_str()).collect()
}

#[test]
fn no_arrow_turns_round() {
    let packages = packages();
    let names: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.into();
    for package in &packages {
        let ours: BTreeSet<&str> = dependencies(package).intersection(&names).copied().collect();
        let allowed: BTreeSet<&str> = match arrows.get(package.name.as_str()) {
            Some(allowed) => allowed.iter().copied().collect(),
            // Only the tests see everything, and a policy sees the SDK.
            None if package.name.as_str() == "admit-tests" => continue,
            None => ["admit-policy"].into(),
        };
        assert!(ours.is_subset(&allowed), "{} depends on {ours:?}", package.name);
    }
    for (name, _) in ARROWS {
        assert!(names.contains(name), "{name} is gone");
    }
}

#[test]
fn every_border_has_one_crate() {
    for package in &packages() {
        let dependencies = dependencies(package);
        for (border, crates) in BORDERS {
            let named = dependencies.contains(border);
            assert!(
                !named || crates.contains(&package.name.as_str()),
                "{} names {border}",
                package.name
            );
        }
    }
}

/// Through any number of steps: `admit-core` is pure.
#[test]
fn the_core_reaches_neither_engine_nor_runtime_nor_platform() {
    let args =
        ["tree", "--package", "admit-core", "--edges", "normal", "--prefix", "none", "--locked"];
    let output = admit_tests::cargo().args(args).args(["--all-features"]).output().expect("cargo");
    let tree = admit_tests::stdout(&output);
    assert!(tree.starts_with("admit-core"), "{tree}");
    for line in tree.lines() {
        let name = line.split(' ').next().unwrap_or_default();
        let foreign = ["wasmtime", "tokio", "clap", "hyper"].contains(&name)
            || name.starts_with("aws")
            || name.starts_with("lambda");
        assert!(!foreign, "admit-core reaches {name}");
    }
}

/// The Lambda has no compiler inside and reads no TOML.
#[test]
fn the_lambda_reaches_no_compiler() {
    let args =
        ["tree", "--package", "admit-lambda", "--edges", "normal", "--prefix", "none", "--locked"];
    let output = admit_tests::cargo().args(args).output().expect("cargo");
    let tree = admit_tests::stdout(&output);
    assert!(tree.contains("wasmtime"), "{tree}");
    for line in tree.lines() {
        let name = line.split(' ').next().unwrap_or_default();
        let unwanted = name.starts_with("cranelift-codegen")
            || ["wasmtime-internal-cranelift", "toml", "clap"].contains(&name);
        assert!(!unwanted, "admit-lambda reaches {name}");
    }
}

#[test]
fn the_version_of_wasmtime_is_the_one_that_is_pinned() {
    let source = std::fs::read_to_string(admit_tests::root().join("host/engine/src/config.rs"));
    let source = source.expect("the engine");
    let lock = std::fs::read_to_string(admit_tests::root().join("Cargo.lock")).expect("the lock");
    let entry = lock.split("[[package]]").find(|entry| entry.contains("name = \"wasmtime\"\n"));
    let version = entry.and_then(|entry| entry.split("version = \"").nth(1)?.split('"').next());
    let version = version.expect("wasmtime in the lock file");
    assert!(source.contains(&format!("WASMTIME_VERSION: &str = \"{version}\"")), "{version}");
    assert!(admit_engine::bundle::HOST.ends_with(&format!("wasmtime {version}")), "{version}");
}
