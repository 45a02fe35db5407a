//! Findings in each format, for people and for programs.

use super::{CASE, CLEAN, METADATA, folder, report, run, with_cases};
use admit_tests::{check_golden, component, stderr, stdout};
use serde_json::{Value, json};
use serde_sarif::sarif::Sarif;
use std::fs;
use tempfile::TempDir;

/// One finding of every kind, in a manifest whose name has characters to escape.
fn everything() -> TempDir {
    let manifest = "budget = \"150ms\"\n\n[[policy]]\nid = \"grants\"\ncomponent = \"p.wasm\"\n\
                    reads = [\"userName\", \"userAttributes.*\"]\nverdicts = [\"confirm\"]\n\
                    mode = \"monitor\"\nsettings = { number = \"fünf\", names = [\"mary_major\"] }\n\n\
                    [[policy]]\nid = \"forges\"\ncomponent = \"forges.wasm\"\nreads = []\n\
                    verdicts = [\"deny\"]\non-failure = \"abstain\"\n";
    let folder = with_cases(manifest, METADATA, CASE);
    let path = |name: &str| folder.path().join(name);
    fs::copy(component("escapes"), path("forges.wasm")).unwrap();
    fs::rename(path("admit.toml"), path("a, b%.toml")).unwrap();
    folder
}

/// There are no control characters, and no line that a component made up.
fn check_printable(text: &str) {
    let bad = text.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(bad, None, "{text}");
    assert!(!text.lines().any(|line| line.starts_with("error: fake")), "{text}");
}

#[test]
fn findings_are_shown_with_their_lines() {
    let output = run(everything().path(), &["a, b%.toml"]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(stderr(&output), "");
    check_printable(&stdout(&output));
    check_golden("check.txt", &stdout(&output));
}

#[test]
fn colours_are_printed_only_on_request() {
    let run = |args: &[&str]| stdout(&run(everything().path(), &[&["a, b%.toml"], args].concat()));
    let colored = run(&["--color", "always"]);
    assert!(colored.contains("\u{1b}[1m\u{1b}[91merror[reads-unused]"), "{colored}");
    for format in ["json", "sarif", "github"] {
        check_printable(&run(&["--color", "always", "--format", format]));
    }
}

#[test]
fn findings_are_annotations_for_github() {
    let output = run(everything().path(), &["a, b%.toml", "--format", "github"]);
    assert_eq!(output.status.code(), Some(3));
    check_printable(&stdout(&output));
    check_golden("check.github.txt", &stdout(&output));
}

#[test]
fn findings_are_sarif() {
    let output = run(everything().path(), &["a, b%.toml", "--format", "sarif"]);
    assert_eq!(output.status.code(), Some(3));
    check_printable(&stdout(&output));
    check_golden("check.sarif", &stdout(&output));
    let log: Value = serde_json::from_str(&stdout(&output)).unwrap();
    check_sarif(log.clone());
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(result["ruleId"], rules[index]["id"]);
    }
    let clean = run(folder(CLEAN, METADATA).path(), &["--format", "sarif"]);
    check_sarif(serde_json::from_str(&stdout(&clean)).unwrap());
}

/// Others read in it what was written: every member that is required is there and of the right
/// type, and none is unknown, which would be lost.
fn check_sarif(log: Value) {
    let read: Sarif = serde_json::from_value(log.clone()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), log);
}

#[test]
fn json_has_every_member_of_a_finding() {
    let report = report(everything().path(), &["a, b%.toml"]);
    assert_eq!(report["path"], "a, b%.toml");
    assert_eq!(report["policies"], 2);
    let finding = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|finding| finding["rule"] == "reads-unused")
        .unwrap();
    assert_eq!(
        finding,
        &json!({
            "rule": "reads-unused",
            "severity": "error",
            "policy": "grants",
            "message": "`userAttributes.*` is granted, but the policy does not request it",
            "file": "a, b%.toml",
            "key": "policy[0].reads[1]",
            "region": { "startLine": 6, "startColumn": 22, "endLine": 6, "endColumn": 40 },
        })
    );
}
