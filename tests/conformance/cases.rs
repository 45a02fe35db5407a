//! The cases of the samples, and more of them, hold in every language.

use admit_tests::{EVERYWHERE, Project, admit, root, stderr, stdout};
use serde_json::Value;
use std::fs;

/// The cases of a sample and the common ones in one text, without what they may cost: those are
/// figures of Rust.
fn cases(name: &str) -> String {
    let own = root().join("plugins").join(name).join("cases.toml");
    let common = root().join("tests/conformance").join(format!("{name}.toml"));
    let mut text = String::new();
    for file in [own, common] {
        let cases = fs::read_to_string(file).unwrap();
        let lasting =
            |line: &&str| !line.starts_with("max-fuel =") && !line.starts_with("max-memory =");
        cases.lines().filter(lasting).for_each(|line| {
            text.push_str(line);
            text.push('\n');
        });
    }
    text
}

fn check(name: &str) {
    assert!(EVERYWHERE.contains(&name) || name == "link-by-email");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cases.toml");
    let text = cases(name);
    fs::write(&file, &text).unwrap();
    for project in Project::here("conformance", name) {
        let mut test = admit();
        test.arg("test").arg(project.component()).args(["--format", "json", "--cases"]).arg(&file);
        let output = test.output().unwrap();
        let report: Value = serde_json::from_str(&stdout(&output))
            .unwrap_or_else(|_| panic!("{name} in {}: {}", project.language, stderr(&output)));
        let failed: Vec<&Value> = report["cases"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|case| case["outcome"] != "passed")
            .collect();
        assert!(failed.is_empty(), "{name} in {}: {failed:#?}", project.language);
        assert_eq!(report["passed"], text.matches("[[case]]").count(), "{}", project.language);
    }
}

#[test]
fn blocked_email_domains() {
    check("blocked-email-domains");
}

#[test]
fn email_domain() {
    check("email-domain");
}

#[test]
fn invitation_code() {
    check("invitation-code");
}

#[test]
fn link_by_email() {
    check("link-by-email");
}

#[test]
fn minimum_username_length() {
    check("minimum-username-length");
}

#[test]
fn verify_contact() {
    check("verify-contact");
}
