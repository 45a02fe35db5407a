//! The crate that each library belongs to.

use super::crates::CRATES;
use super::{dependencies, packages};
use admit_tests::root;
use std::collections::BTreeSet;
use std::fs;

/// A library, the crates that may name it, and why there are several.
struct Library {
    name: &'static str,
    crates: &'static [&'static str],
    reason: &'static str,
}

/// A library of one crate.
const fn only(name: &'static str, owner: &'static [&'static str; 1]) -> Library {
    Library { name, crates: owner, reason: "" }
}

/// A library of several crates.
const fn shared(
    name: &'static str,
    crates: &'static [&'static str],
    reason: &'static str,
) -> Library {
    Library { name, crates, reason }
}

/// Libraries of the language rather than of a subject, which any crate may name.
const EVERYWHERE: [&str; 5] = ["anyhow", "serde", "serde_json", "tempfile", "thiserror"];

/// All other libraries that the host and the SDK for Rust name.
const LIBRARIES: [Library; 46] = [
    // Sandboxes, and the native code for them.
    only("wasmtime", &["admit-engine"]),
    only("wasmtime-wizer", &["admit-engine"]),
    only("cranelift-codegen", &["admit-engine"]),
    only("memfd", &["admit-engine"]),
    only("blake3", &["admit-engine"]),
    // The bytes of components.
    only("wit-component", &["admit-component"]),
    only("wit-parser", &["admit-component"]),
    only("wasm-metadata", &["admit-component"]),
    shared(
        "wasmparser",
        &["admit-component", "admit-engine"],
        "the engine looks into what it compiles: what to refuse, and what a snapshot needs not",
    ),
    shared(
        "wasm-encoder",
        &["admit-component", "admit-engine"],
        "the engine orders exports before it compiles, and leaves code out of a snapshot",
    ),
    // Lambda.
    only("lambda_runtime", &["admit-lambda"]),
    only("lambda_runtime_api_client", &["admit-lambda"]),
    shared(
        "tokio",
        &["admit-lambda", "admit-cli", "admit-outbound", "admit-services"],
        "the function and `admit serve` answer requests, and the client and its thread wait for answers",
    ),
    // Requests to AWS.
    only("aws-credential-types", &["admit-outbound"]),
    only("aws-sigv4", &["admit-outbound"]),
    only("tokio-rustls", &["admit-outbound"]),
    only("webpki-roots", &["admit-outbound"]),
    shared(
        "hyper",
        &["admit-cli", "admit-outbound"],
        "`admit serve` is a server of HTTP, and the client of Cognito a client",
    ),
    shared(
        "hyper-util",
        &["admit-cli", "admit-outbound"],
        "it joins hyper with the streams of tokio in both",
    ),
    shared(
        "http-body-util",
        &["admit-cli", "admit-outbound"],
        "both write and read bodies of HTTP",
    ),
    // The log of the function.
    only("tracing", &["admit-trigger"]),
    only("tracing-subscriber", &["admit-trigger"]),
    only("hmac", &["admit-trigger"]),
    only("strsim", &["admit-trigger"]),
    shared(
        "sha2",
        &["admit-engine", "admit-trigger"],
        "the engine's digests are what people compare; the log has keyed hashes of user names",
    ),
    // The command line.
    only("clap", &["admit-cli"]),
    only("clap_complete", &["admit-cli"]),
    only("comfy-table", &["admit-cli"]),
    only("indicatif", &["admit-cli"]),
    only("anstyle", &["admit-cli"]),
    only("askama", &["admit-cli"]),
    only("quick-junit", &["admit-cli"]),
    // Packages.
    only("zip", &["admit-package"]),
    only("flate2", &["admit-package"]),
    only("object", &["admit-package"]),
    shared(
        "memchr",
        &["admit-package", "admit-cli"],
        "both search bytes: a zip for its directory, a child's answer for the end of a line",
    ),
    // Files that people write.
    only("toml", &["admit-core"]),
    shared(
        "annotate-snippets",
        &["admit-build", "admit-cli"],
        "an error of a build and a finding of `admit check` point at a line",
    ),
    shared("anstream", &["admit-build", "admit-cli"], "both write in colours where there are any"),
    shared(
        "jsonschema",
        &["admit-component", "admit-cli"],
        "a schema is checked when a component gets it, settings when a manifest has them",
    ),
    // The operating system.
    shared(
        "rustix",
        &["admit-engine", "admit-trigger", "admit-build", "admit-cli"],
        "each makes the few system calls of its own subject",
    ),
    // The SDK.
    only("wit-bindgen", &["admit-policy"]),
    only("schemars", &["admit-policy"]),
    // Named for their features alone, as `host/build/Cargo.toml` says.
    only("indexmap", &["admit-build"]),
    only("serde_core", &["admit-build"]),
    only("syn", &["admit-build"]),
];

#[test]
fn a_library_is_named_by_its_own_crate() {
    let packages = packages();
    let mut named = BTreeSet::new();
    for package in packages.iter().filter(|package| CRATES.contains_key(package.name.as_str())) {
        for library in dependencies(package) {
            if !CRATES.contains_key(library) && !EVERYWHERE.contains(&library) {
                named.insert((library, package.name.as_str()));
            }
        }
    }
    let rows = LIBRARIES.iter().flat_map(|row| row.crates.iter().map(|owner| (row.name, *owner)));
    assert_eq!(named, rows.collect());
    for row in &LIBRARIES {
        let says_why = !row.reason.is_empty();
        assert_eq!(
            says_why,
            row.crates.len() > 1,
            "{}: a reason where there are several",
            row.name
        );
    }
}

#[test]
fn the_version_of_wasmtime_is_the_one_that_is_pinned() {
    let read = |file: &str| fs::read_to_string(root().join(file)).unwrap();
    let (source, lock) = (read("host/engine/src/config.rs"), read("Cargo.lock"));
    let entry = lock.split("[[package]]").find(|entry| entry.contains("name = \"wasmtime\"\n"));
    let version = entry.and_then(|entry| entry.split("version = \"").nth(1)?.split('"').next());
    let version = version.expect("wasmtime in the lock file");
    assert!(source.contains(&format!("WASMTIME_VERSION: &str = \"{version}\"")), "{version}");
    assert!(admit_engine::bundle::HOST.ends_with(&format!("wasmtime {version}")), "{version}");
}
