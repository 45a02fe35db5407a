//! The cases of manifests and projects.

use super::{CASE, CLEAN, METADATA, expect, folder, report, run, with_cases};
use admit_tests::{admit, check_golden, root, stderr, stdout, target_of_projects};
use serde_json::{Value, json};
use std::fs;

#[test]
fn missing_cases_are_a_finding() {
    let report = report(folder(CLEAN, METADATA).path(), &[]);
    assert_eq!(report["findings"][0]["rule"], "no-cases");
    assert_eq!(report["findings"][0]["severity"], "note");
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
}

/// The findings in the clean manifest with these cases.
#[track_caller]
fn check_cases(cases: &str, expected: &[(&str, u64)]) -> Value {
    let report = report(with_cases(CLEAN, METADATA, cases).path(), &[]);
    expect(&report, expected);
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.iter().all(|finding| finding["file"] == "cases.toml"), "{report:#}");
    report
}

#[test]
fn a_case_that_fails_is_found_at_its_line() {
    let report = check_cases(
        &format!(
            "{CASE}\n[[case]]\nname = \"denies\"\ndeny = \"never\"\n\n[[case]]\n\
             name = \"for nothing\"\npolicy = \"p\"\nadmit = true\nmax-fuel = 0\n"
        ),
        &[("case", 5), ("case", 9)],
    );
    let finding = |index: usize| &report["findings"][index];
    assert_eq!(
        finding(0)["message"],
        "case `denies`: expected: denied: never; got: admitted: confirm"
    );
    assert_eq!([&finding(0)["key"], &finding(0)["policy"]], [&json!("case[1]"), &Value::Null]);
    let message = finding(1)["message"].as_str().unwrap();
    let words = "case `for nothing`: expected: admitted, no flag set; got: admitted: confirm; cost: \
                 used ";
    assert!(message.starts_with(words), "{message}");
    assert!(message.ends_with(" units of fuel; the case allows 0"), "{message}");
    assert_eq!(finding(1)["policy"], "p");
}

#[test]
fn cases_that_cannot_be_run_are_found() {
    check_cases("[[case]]\nname = \"a\"\nconfirms = true\n", &[("case", 3)]);
    check_cases(&format!("{CASE}settings = {{}}\n"), &[("case", 4)]);
    check_cases(&format!("{CASE}event = \"none.json\"\n"), &[("case", 4)]);
    check_cases("[[case]\n", &[("case", 1)]);
    check_cases("", &[("case", 0)]);
}

#[test]
fn a_case_that_fails_is_shown_with_its_lines() {
    let cases = CASE.replace("confirm = true", "deny = \"never\"");
    let output = run(with_cases(CLEAN, METADATA, &cases).path(), &[]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(stderr(&output), "");
    check_golden("check-case.txt", &stdout(&output));
}

/// One test, so that it is built once.
#[test]
fn a_new_project_passes_and_its_cases_run() {
    let here = tempfile::tempdir().unwrap();
    let path = |name: &str| here.path().join(name);
    let made = admit().current_dir(here.path()).args(["new", "checked"]).output().unwrap();
    assert!(made.status.success(), "{}", stderr(&made));
    // The lock file of this repository, so that a release of a dependency does not break the test.
    fs::copy(root().join("Cargo.lock"), path("checked/Cargo.lock")).unwrap();
    fs::copy(root().join("rust-toolchain.toml"), path("rust-toolchain.toml")).unwrap();
    let report = |args: &[&str]| {
        let mut command = admit();
        command.current_dir(here.path()).env("CARGO_TARGET_DIR", target_of_projects());
        let output = command.arg("check").args(args).args(["--format", "json"]).output().unwrap();
        serde_json::from_str::<Value>(&stdout(&output))
            .unwrap_or_else(|error| panic!("{error}: {}", stderr(&output)))
    };
    let alone = || report(&["checked"]);
    assert_eq!(alone()["findings"], json!([]));

    let toml = path("checked/policy.toml");
    let text = fs::read_to_string(&toml).unwrap();
    let denials = 1 + text.lines().position(|line| line == "[denials]").unwrap() as u64;
    let fewer: String = text.split_inclusive('\n').filter(|l| !l.contains("missing = ")).collect();
    fs::write(&toml, fewer).unwrap();
    let found = alone();
    expect(&found, &[("denial-undeclared", denials)]);
    let finding = &found["findings"][0];
    assert_eq!([&finding["file"], &finding["severity"]], ["checked/policy.toml", "warning"]);
    let message = "the policy denies with `email-missing`, which is not declared in `[denials]`";
    assert_eq!(finding["message"], message);

    // A mistake in a project is reported once, however many policies use it.
    let policy = |id: &str| {
        format!(
            "[[policy]]\nid = \"{id}\"\ncomponent = \"checked\"\n\
             reads = [\"userAttributes.email\"]\nverdicts = [\"deny\"]\n\
             settings = {{ domains = [\"example.com\"] }}\n"
        )
    };
    fs::write(path("admit.toml"), policy("a") + &policy("b")).unwrap();
    let case = "[[case]]\nname = \"no address\"\nevent = { userAttributes = {} }\n\
                deny = \"email-missing\"\n";
    fs::write(path("cases.toml"), case).unwrap();
    expect(&report(&[]), &[("denial-undeclared", denials)]);

    // Cases of which none gets an answer show nothing of what the policy does with settings.
    let refused = "[[case]]\nname = \"none\"\nsettings = { domains = [] }\n\
                   failure = \"settings-refused\"\n";
    fs::write(path("checked/cases.toml"), refused).unwrap();
    expect(&alone(), &[("settings-untried", 8)]);
    expect(&report(&[]), &[("denial-undeclared", 3), ("denial-undeclared", 9)]);

    // Beside a project, the cases are those of the project.
    fs::write(path("checked/admit.toml"), policy("a").replace("\"checked\"", "\".\"")).unwrap();
    let wrong = format!("{refused}{refused}").replacen("\"none\"", "\"first\"", 1);
    let wrong = wrong.replacen("settings-refused", "fuel", 1);
    fs::write(path("checked/cases.toml"), wrong).unwrap();
    let found = report(&["checked/admit.toml"]);
    expect(&found, &[("case", 1)]);
    assert_eq!(found["findings"][0]["file"], "checked/./cases.toml");
    assert_eq!(
        found["findings"][0]["message"],
        "case `first`: expected: failure: fuel; got: failure: settings-refused"
    );
}
