//! The dependencies between the crates, and what the core and the function reach.

use super::{dependencies, packages};
use admit_tests::{cargo, stdout};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The crates of the host and the SDK for Rust, and the crates that each may depend on.
pub(super) static CRATES: LazyLock<BTreeMap<&str, &[&str]>> = LazyLock::new(|| {
    BTreeMap::from([
        ("admit-core", &[][..]),
        ("admit-component", &["admit-core"]),
        ("admit-engine", &["admit-core"]),
        ("admit-cognito", &["admit-core"]),
        ("admit-trigger", &["admit-core", "admit-engine", "admit-cognito"]),
        ("admit-services", &["admit-core", "admit-outbound", "admit-trigger"]),
        (
            "admit-lambda",
            &["admit-core", "admit-engine", "admit-cognito", "admit-services", "admit-trigger"],
        ),
        ("admit-package", &["admit-component", "admit-core", "admit-engine"]),
        ("admit-build", &["admit-component", "admit-core", "admit-engine"]),
        (
            "admit-cli",
            &[
                "admit-build",
                "admit-component",
                "admit-core",
                "admit-engine",
                "admit-cognito",
                "admit-package",
                "admit-trigger",
            ],
        ),
        ("admit-outbound", &[]),
        ("admit-policy", &[]),
    ])
});

#[test]
fn a_crate_depends_on_the_crates_that_it_may() {
    let packages = packages();
    let names: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    for package in &packages {
        let ours: BTreeSet<&str> = dependencies(package).intersection(&names).copied().collect();
        let allowed: BTreeSet<&str> = match CRATES.get(package.name.as_str()) {
            Some(crates) => crates.iter().copied().collect(),
            // The tests see everything, and a policy sees the SDK.
            None if package.name.as_str() == "admit-tests" => continue,
            None => ["admit-policy"].into(),
        };
        assert!(ours.is_subset(&allowed), "{} depends on {ours:?}", package.name);
    }
    for name in CRATES.keys() {
        assert!(names.contains(name), "there is no crate {name}");
    }
}

/// The packages that a package reaches, through any number of others.
fn reached(package: &str, more: &[&str]) -> BTreeSet<String> {
    let args = ["tree", "--edges", "normal", "--prefix", "none", "--locked", "--package", package];
    let output = cargo().args(args).args(more).output().expect("cargo");
    let tree = stdout(&output);
    assert!(tree.starts_with(package), "{tree}");
    tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn the_core_reaches_neither_engine_nor_runtime_nor_platform() {
    for name in reached("admit-core", &["--all-features"]) {
        let foreign = ["wasmtime", "tokio", "clap", "hyper"].contains(&name.as_str())
            || name.starts_with("aws")
            || name.starts_with("lambda");
        assert!(!foreign, "admit-core reaches {name}");
    }
}

/// It loads native code alone, and reads no TOML.
#[test]
fn the_lambda_reaches_no_compiler() {
    let reached = reached("admit-lambda", &[]);
    assert!(reached.contains("wasmtime"), "{reached:?}");
    for name in reached {
        let unwanted = name.starts_with("cranelift-codegen")
            || ["wasmtime-internal-cranelift", "toml", "clap"].contains(&name.as_str());
        assert!(!unwanted, "admit-lambda reaches {name}");
    }
}

/// A policy set without look-ups gets a function that cannot reach the network.
#[test]
fn neither_the_function_nor_the_tool_reaches_signing_or_tls() {
    let names = ["admit-outbound", "aws-sigv4", "rustls", "ring", "webpki-roots"];
    let client = reached("admit-outbound", &[]);
    for name in names {
        assert!(client.contains(name), "admit-outbound does not reach {name}");
    }
    for package in ["admit-lambda", "admit-cli"] {
        let reached = reached(package, &[]);
        let found: Vec<&str> = names.into_iter().filter(|name| reached.contains(*name)).collect();
        assert!(found.is_empty(), "{package} reaches {found:?}");
    }
}

/// Its first use gathers randomness for 25 ms.
#[test]
fn the_client_does_not_reach_aws_lc() {
    for name in reached("admit-outbound", &["--all-features"]) {
        assert!(!name.starts_with("aws-lc"), "admit-outbound reaches {name}");
    }
}
