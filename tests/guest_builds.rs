//! `admit build`: what comes of the sample policies.

use admit_tests::{admit, cargo, component, root, stderr, stdout};
use std::fs;

const SAMPLES: [&str; 3] = ["email-domain", "verify-contact", "minimum-username-length"];
const OTHERS: [&str; 3] = ["blocked-email-domains", "invitation-code", "identity-providers"];

#[test]
fn the_samples_of_aws_are_small() {
    for name in SAMPLES {
        let size = fs::metadata(component(name)).unwrap().len();
        assert!(size < 80_000, "{name} has {size} bytes");
    }
}

/// No WASI, no path of the machine that built it, and no `log` where nothing is logged.
#[test]
fn a_policy_imports_nothing() {
    for name in SAMPLES.into_iter().chain(OTHERS) {
        let output = admit().arg("inspect").arg(component(name)).output().unwrap();
        let text = stdout(&output);
        assert!(text.contains("contract   admit:policy@0.1.0\n"), "{text}");
        assert!(text.contains("imports    none\n"), "{text}");
        let bytes = fs::read(component(name)).unwrap();
        let home = std::env::home_dir().unwrap();
        for path in [root(), &home] {
            let path = path.to_str().unwrap().as_bytes();
            assert!(!bytes.windows(path.len()).any(|window| window == path), "{name}: {path:?}");
        }
    }
}

#[test]
fn a_policy_that_logs_imports_log_and_nothing_else() {
    let output = admit().arg("inspect").arg(component("puppet")).output().unwrap();
    let text = stdout(&output);
    assert!(text.contains("imports    admit:policy/log@0.1.0\nexports "), "{text}");
}

#[test]
fn an_ordinary_sign_up_grows_no_memory() {
    for name in SAMPLES {
        let output = admit()
            .args(["eval", "--format", "json", "--policy"])
            .arg(component(name))
            .arg("tests/events/sign-up.json")
            .output()
            .unwrap();
        let decision: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
        // Two pages of 64 KiB: what the component starts with.
        assert_eq!(decision["evaluations"][0]["memory"], "128KiB", "{name}");
    }
}

/// A policy in a folder of its own, as its author would make it, is built into the same
/// bytes wherever it lies.
#[test]
fn the_same_source_gives_the_same_bytes_elsewhere() {
    let built = |folder: &std::path::Path| {
        let sdk = root().join("guest-sdk/rust");
        fs::create_dir_all(folder.join("src")).unwrap();
        let manifest = format!(
            "[package]\nname = \"mine\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n\
             [dependencies]\nadmit-policy = {{ path = {sdk:?} }}\n[workspace]\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        fs::copy(root().join("plugins/verify-contact/src/lib.rs"), folder.join("src/lib.rs"))
            .unwrap();
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        let output =
            admit().arg("build").arg(folder).env_remove("CARGO_TARGET_DIR").output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        fs::read(stdout(&output).trim()).unwrap()
    };
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let first = built(&one.path().join("here"));
    assert!(first == built(&two.path().join("a/longer/way/there")), "the bytes differ");
}

/// Where there is nothing but the README's command, the target is added by it.
#[test]
fn every_sample_is_a_member_that_plain_cargo_builds() {
    let output = cargo().args(["metadata", "--no-deps", "--format-version", "1"]).output().unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for name in SAMPLES.into_iter().chain(OTHERS) {
        let packages = metadata["packages"].as_array().unwrap();
        assert!(packages.iter().any(|package| package["name"] == name), "{name}");
        assert!(root().join("plugins").join(name).join("README.md").is_file(), "{name}");
    }
}
