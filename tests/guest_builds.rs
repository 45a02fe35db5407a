//! `admit build`: what comes of the sample policies.

use admit_tests::{admit, component, root, stderr, stdout};
use std::fs;
use std::path::Path;

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
    let imports = text.split("imports    ").nth(1).unwrap().split("\nexports ").next().unwrap();
    let interfaces: Vec<&str> = imports.lines().filter(|line| !line.contains("    ")).collect();
    assert_eq!(interfaces, ["admit:policy/log@0.1.0"], "{text}");
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
        // One page: what the component starts with.
        assert_eq!(decision["evaluations"][0]["memory"], "64KiB", "{name}");
    }
}

/// Another checkout, with another path, gives the same component.
#[test]
fn the_same_source_gives_the_same_bytes_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = folder.path().join("a/much/longer/way/to/the/same");
    copy_sources(root(), &elsewhere);
    let output = admit()
        .current_dir(&elsewhere)
        .args(["build", "plugins/verify-contact"])
        // Kept from run to run, since most of it is other people's crates.
        .env("CARGO_TARGET_DIR", root().join("target/elsewhere"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let here = fs::read(component("verify-contact")).unwrap();
    assert!(here == fs::read(stdout(&output).trim()).unwrap(), "the bytes differ");
}

fn copy_sources(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_name() == "target" || entry.file_name() == ".git" {
            continue;
        }
        match from.is_dir() {
            true => copy_sources(&from, &to),
            false => drop(fs::copy(&from, &to).unwrap()),
        }
    }
}

/// Each sample is one page for a person, too.
#[test]
fn every_sample_has_a_page() {
    for name in SAMPLES.into_iter().chain(OTHERS) {
        let page = fs::read_to_string(root().join("plugins").join(name).join("README.md"));
        let page = page.expect(name);
        assert!(page.contains("reads = [") && page.contains("verdicts = ["), "{name}");
    }
}
