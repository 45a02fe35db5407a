//! The cases of the sample policies, and of a component by itself.

use super::{json, test};
use admit_tests::{admit, component, root, stderr, stdout};
use serde_json::Value;
use std::fs;

const SAMPLES: [&str; 9] = [
    "alias-guard",
    "blocked-email-domains",
    "email-domain",
    "identity-providers",
    "invitation-code",
    "link-by-email",
    "minimum-username-length",
    "one-account-per-email",
    "verify-contact",
];

#[test]
fn the_cases_of_every_sample_pass() {
    for sample in SAMPLES {
        let output = test(root(), &[&format!("plugins/{sample}")]);
        assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
        assert!(stdout(&output).contains(" passed, 0 failed\n"), "{}", stdout(&output));
    }
    for path in ["plugins", "plugins/admit.toml"] {
        let output = test(root(), &[path]);
        assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    }
}

/// Every code that a sample's source names is the answer to one of its cases.
#[test]
fn the_cases_of_every_sample_reach_all_its_codes() {
    for sample in SAMPLES {
        let results = json(root(), &[&format!("plugins/{sample}")]);
        let covered = &results["coverage"]["policies"][0];
        let Some(declared) = covered["denials"]["declared"].as_array() else { continue };
        assert_eq!(covered["denials"]["tested"].as_array(), Some(declared), "{sample}");
        assert_eq!(covered["denials"]["seen"].as_array(), Some(declared), "{sample}");
    }
}

/// A case costs the fuel that `admit eval` shows, the same each time.
#[test]
fn fuel_is_that_of_eval_and_repeats() {
    let results = || json(root(), &["plugins"]);
    let first = results();
    assert_eq!(first, results());
    let case = &first["cases"][0];
    assert_eq!(case["name"], "a sign-up at the expected domain gets every flag");
    let output = admit()
        .args(["eval", "--manifest", "plugins/admit.toml", "--format", "json"])
        .arg("tests/events/sign-up.json")
        .output()
        .unwrap();
    let decision: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let evaluations = decision["evaluations"].as_array().unwrap();
    let fuel: u64 = evaluations.iter().map(|cost| cost["fuel"].as_u64().unwrap()).sum();
    assert_eq!(case["fuel"].as_u64(), Some(fuel));
}

/// A policy without metadata is tried with everything; one with it sees what it asks for.
#[test]
fn a_component_is_tried_with_what_it_asks_for() {
    let folder = tempfile::tempdir().unwrap();
    let cases = folder.path().join("other.toml");
    fs::write(
        &cases,
        "[[case]]\nname = \"a\"\nevent.userName = \"al\"\ndeny = \"username-too-short\"\n",
    )
    .unwrap();
    let minimum = component("minimum-username-length");
    let args = [minimum.to_str().unwrap(), "--cases", cases.to_str().unwrap()];
    let output = test(root(), &args);
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("denial codes: 1 of 1\n"), "{}", stdout(&output));
}
