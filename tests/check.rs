//! `admit check`: every rule by something that breaks it alone, and what is printed.

mod cases;
mod formats;

use admit_tests::{admit, component, root, stderr, stdout, with_section};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

/// The metadata of the component of these tests: it accepts any settings, and requires a number.
const METADATA: &str = r#"{
    "name": "p", "version": "1.0.0", "description": "Grants", "reads": ["userName"],
    "verdicts": ["confirm", "deny"],
    "settings": {
        "type": "object", "additionalProperties": false,
        "properties": {
            "number": { "type": "integer" },
            "names": { "type": "array", "items": { "maxLength": 4 } }
        }
    }
}"#;

const SECTION: &str = "admit:policy/metadata";

/// A manifest in which nothing is found, in seven lines.
const CLEAN: &str = "budget = \"1s\"\n\n[[policy]]\nid = \"p\"\ncomponent = \"p.wasm\"\n\
                     reads = [\"userName\"]\nverdicts = [\"confirm\", \"deny\"]\n";

/// The outcome of every sign-up under this policy.
const CASE: &str = "[[case]]\nname = \"grants\"\nconfirm = true\n";

/// A folder with a manifest and a component that says this of itself.
fn folder(manifest: &str, metadata: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("admit.toml"), manifest).unwrap();
    let bytes = fs::read(component("grants-everything")).unwrap();
    fs::write(path("p.wasm"), with_section(&bytes, SECTION, metadata.as_bytes())).unwrap();
    fs::write(path("silent.wasm"), bytes).unwrap();
    folder
}

/// The same, with cases beside the manifest.
fn with_cases(manifest: &str, metadata: &str, cases: &str) -> TempDir {
    let folder = folder(manifest, metadata);
    fs::write(folder.path().join("cases.toml"), cases).unwrap();
    folder
}

fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = admit();
    // A project in such a folder is built there.
    command.current_dir(folder).env_remove("CARGO_TARGET_DIR");
    command.arg("check").args(args).output().unwrap()
}

fn report(folder: &Path, args: &[&str]) -> Value {
    let output = run(folder, &[args, &["--format", "json"]].concat());
    let report: Value = serde_json::from_str(&stdout(&output))
        .unwrap_or_else(|error| panic!("{error}: {}", stderr(&output)));
    let is_clean = report["errors"] == 0;
    assert_eq!(output.status.code(), Some(if is_clean { 0 } else { 3 }), "{report}");
    report
}

/// Each finding as its rule and its line, 0 for a file as a whole, but that there are no cases.
fn found(report: &Value) -> Vec<(String, u64)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap();
    let found = findings.iter().map(|finding| {
        let line = finding["region"]["startLine"].as_u64().unwrap_or(0);
        (text(&finding["rule"]), line)
    });
    found.filter(|(rule, _)| rule != "no-cases").collect()
}

#[track_caller]
fn expect(report: &Value, expected: &[(&str, u64)]) {
    let found = found(report);
    let found: Vec<(&str, u64)> = found.iter().map(|(rule, line)| (rule.as_str(), *line)).collect();
    assert_eq!(found, expected, "{report:#}");
}

/// The findings in a manifest.
#[track_caller]
fn check(manifest: &str, expected: &[(&str, u64)]) {
    expect(&report(folder(manifest, METADATA).path(), &[]), expected);
}

/// The findings in the clean manifest with one more line, which is line 8.
#[track_caller]
fn check_line(line: &str, expected: &[(&str, u64)]) {
    check(&format!("{CLEAN}{line}\n"), expected);
}

#[test]
fn a_correct_manifest_has_no_findings() {
    check(CLEAN, &[]);
    check_line("settings = { number = 5, names = [\"mary\"] }", &[]);
    let folder = with_cases(CLEAN, METADATA, CASE);
    let output = run(folder.path(), &["--deny-warnings"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(stdout(&output), "admit.toml: 1 policy checked: no findings\n");
}

#[test]
fn a_manifest_that_is_not_valid_is_one_finding() {
    check_line("mod = \"monitor\"", &[("manifest", 8)]);
    check(&CLEAN.replace("userName", "username"), &[("manifest", 6)]);
    check("budget = \n", &[("manifest", 1)]);
    check("", &[("no-policy", 0)]);
}

#[test]
fn grants_are_compared_with_requests() {
    let reads = |list: &str| CLEAN.replace("\"userName\"", list);
    check(&reads(""), &[("reads-not-granted", 6)]);
    check(&reads("\"userName\",\n\"clientMetadata.*\""), &[("reads-unused", 7)]);
    check(&reads("\"userAttributes.email\""), &[("reads-not-granted", 6), ("reads-unused", 6)]);
    let verdicts = |list: &str| CLEAN.replace("\"confirm\", \"deny\"", list);
    check(&verdicts("\"deny\""), &[("verdicts-not-granted", 7)]);
    check(&verdicts("\"deny\", \"confirm\",\n\"verify-email\""), &[("verdicts-unused", 8)]);
}

#[test]
fn a_grant_of_every_name_says_which_are_asked_for() {
    let metadata = METADATA.replace("\"userName\"", "\"userAttributes.email\"");
    let manifest = CLEAN.replace("userName", "userAttributes.*");
    let report = report(folder(&manifest, &metadata).path(), &[]);
    expect(&report, &[("reads-unused", 6)]);
    assert_eq!(
        report["findings"][0]["message"],
        "`userAttributes.*` is granted, but the policy only requests `userAttributes.email`"
    );
}

#[test]
fn settings_are_held_against_the_schema_at_their_keys() {
    check_line("settings = { number = \"secret\" }", &[("settings-schema", 8)]);
    check_line(
        "[policy.settings]\nnumber = \"x\"\nnames = [\n\"mary\",\n\"mary_major\",\n]\nmore = 1",
        &[("settings-schema", 12), ("settings-schema", 9), ("settings-schema", 14)],
    );
    let manifest = format!("{CLEAN}settings = {{ number = \"s3cret\" }}\n");
    let finding = &report(folder(&manifest, METADATA).path(), &[])["findings"][0];
    assert_eq!(finding["key"], "policy[0].settings.number");
    assert!(!finding["message"].to_string().contains("s3cret"), "{finding}");
    let no_settings: Value = serde_json::from_str(METADATA).unwrap();
    let mut no_settings = no_settings.as_object().unwrap().clone();
    no_settings.remove("settings");
    let report = report(folder(&manifest, &json!(no_settings).to_string()).path(), &[]);
    expect(&report, &[("settings-schema", 8)]);
}

#[test]
fn unusual_components_are_findings() {
    let with = |name: &str| CLEAN.replace("p.wasm", &component(name).display().to_string());
    check(&CLEAN.replace("p.wasm", "none.wasm"), &[("component", 5)]);
    check(&CLEAN.replace("p.wasm", "admit.toml"), &[("component", 5)]);
    check(&CLEAN.replace("p.wasm", "silent.wasm"), &[("no-metadata", 5)]);
    check(&with("unfolds"), &[("component", 5)]);
    check(&with("another-type"), &[("no-metadata", 5), ("contract", 5)]);
    check(&with("empty"), &[("contract", 5)]);
    // They export nothing either.
    check(&with("wasi"), &[("import-not-granted", 5), ("contract", 5)]);
    check(&with("unknown-interface"), &[("import-not-granted", 5), ("contract", 5)]);
    check(&with("loops-in-configure"), &[("no-metadata", 5), ("configure", 3)]);
}

#[test]
fn metadata_that_contradicts_the_component_is_a_finding() {
    let check = |metadata: &str, expected| {
        expect(&report(folder(CLEAN, metadata).path(), &[]), expected);
    };
    check("{", &[("metadata", 5)]);
    check(&METADATA.replace("Grants", "\\u001b[31m"), &[("metadata", 5)]);
    check(&METADATA.replace("integer", "number of things"), &[("metadata", 5)]);
    check(&METADATA.replace("\"reads\"", "\"sees\""), &[("metadata", 5)]);
}

#[test]
fn terms_that_may_admit_are_findings() {
    check_line("on-failure = \"abstain\"", &[("abstains-on-failure", 8)]);
    check_line("mode = \"monitor\"", &[("monitor", 8), ("no-policy-decides", 0)]);
    check_line(
        "applies-to = { triggers = [\"PreSignUp_SignUp\", \"PreSignUp_Another\"] }",
        &[("unknown-trigger", 8)],
    );
    let two = CLEAN.replace("id = \"p\"", "id = \"q\"").replace("budget = \"1s\"\n", "");
    check(&format!("{CLEAN}mode = \"monitor\"\n{two}"), &[("monitor", 8)]);
    let limit = "limits = { time = \"600ms\" }\n";
    check(&format!("{CLEAN}{limit}{two}{limit}"), &[("budget", 1)]);
    let clients = |name: &str| format!("applies-to = {{ clients = [\"{name}\"] }}\n");
    let apart = format!(
        "{CLEAN}{limit}{}{two}{limit}{}",
        clients("1example23456789"),
        clients("2example23456789")
    );
    check(&apart, &[("uncovered", 0)]);
    check(&format!("when-no-policy-applies = \"deny\"\n{apart}"), &[]);
    // Each two of these have a pool or a client in common, and no sign-up concerns two.
    let third = two.replace("id = \"q\"", "id = \"r\"");
    let scope = |pool: &str, client: &str| {
        format!(
            "{limit}applies-to = {{ user-pools = [\"us-east-1_{pool}\"], clients = \
             [\"{client}example23456789\"] }}\n"
        )
    };
    let mixed = |last: &str| {
        let (first, second) = (scope("A", "1"), scope("A", "2"));
        format!("when-no-policy-applies = \"deny\"\n{CLEAN}{first}{two}{second}{third}{last}")
    };
    check(&mixed(&scope("B", "1")), &[]);
    check(&mixed(&scope("A", "1")), &[("budget", 2)]);
}

#[test]
fn warnings_are_denied_on_request() {
    let folder = folder(&format!("{CLEAN}on-failure = \"abstain\"\n"), METADATA);
    assert_eq!(run(folder.path(), &[]).status.code(), Some(0));
    assert_eq!(run(folder.path(), &["--deny-warnings"]).status.code(), Some(3));
}

#[test]
fn an_unreadable_input_is_an_error() {
    let folder = folder(CLEAN, METADATA);
    for args in [&["nowhere.toml"][..], &["--settings", "{}"]] {
        let output = run(folder.path(), args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert_eq!(stdout(&output), "");
    }
    assert_eq!(run(folder.path(), &["--format", "xml"]).status.code(), Some(2));
    assert_eq!(run(folder.path(), &["--settings", "5"]).status.code(), Some(2));
}

#[test]
fn a_policy_by_itself_is_granted_what_it_asks_for() {
    let here = folder(CLEAN, METADATA);
    let of = |args: &[&str]| report(here.path(), args);
    expect(&of(&["p.wasm"]), &[]);
    expect(&of(&["silent.wasm"]), &[("no-metadata", 0)]);
    expect(&of(&["p.wasm", "--settings", "{\"number\": 5.5}"]), &[("settings-schema", 0)]);
    let minimum = root().join("plugins/minimum-username-length");
    let minimum = minimum.to_str().unwrap();
    expect(&of(&[minimum]), &[]);
    let refused = of(&[minimum, "--settings", "{\"characters\": \"five\"}"]);
    expect(&refused, &[("settings-schema", 8), ("settings", 8)]);
    let message = refused["findings"][1]["message"].as_str().unwrap();
    assert!(message.starts_with("`settings.characters`: "), "{message}");
    assert!(!message.contains("column"), "{message}");
}

#[test]
fn a_policy_by_itself_needs_no_settings() {
    let invitation = component("invitation-code");
    let here = folder(CLEAN, METADATA);
    let report = report(here.path(), &[invitation.to_str().unwrap()]);
    let rules: Vec<String> = found(&report).into_iter().map(|(rule, _)| rule).collect();
    assert!(rules.contains(&"settings-untried".to_owned()), "{report:#}");
    assert!(!rules.contains(&"settings".to_owned()), "{report:#}");
}

#[test]
fn a_mistake_in_a_project_is_shown_in_its_file() {
    let here = folder(&CLEAN.replace("p.wasm", "project"), METADATA);
    let project = here.path().join("project");
    fs::create_dir(&project).unwrap();
    fs::write(project.join("policy.toml"), "name = \"p\"\nversions = \"1\"\n").unwrap();
    let report = report(here.path(), &[]);
    expect(&report, &[("metadata", 2)]);
    assert_eq!(report["findings"][0]["file"], "project/policy.toml");
    assert_eq!(report["findings"][0]["policy"], "p");
}

#[test]
fn a_refusal_of_settings_is_shown_at_the_key() {
    let minimum = component("minimum-username-length").display().to_string();
    let manifest = format!(
        "[[policy]]\nid = \"p\"\ncomponent = \"{minimum}\"\nreads = [\"userName\"]\n\
         verdicts = [\"deny\"]\n\n[policy.settings]\n"
    );
    let settings = |settings: &str| {
        let report = report(folder(&format!("{manifest}{settings}\n"), METADATA).path(), &[]);
        let findings = report["findings"].as_array().unwrap().clone();
        findings.into_iter().find(|finding| finding["rule"] == "settings").unwrap()
    };
    let value = settings("characters = \"five\"");
    assert_eq!(value["key"], "policy[0].settings.characters");
    let region = json!({ "startLine": 8, "startColumn": 14, "endLine": 8, "endColumn": 20 });
    assert_eq!(value["region"], region);
    assert!(!value["message"].to_string().contains("column"), "{value}");
    let name = settings("characters = 5\nlength = 5");
    assert_eq!(name["key"], "policy[0].settings.length");
    let region = json!({ "startLine": 9, "startColumn": 1, "endLine": 9, "endColumn": 7 });
    assert_eq!(name["region"], region);
}

#[test]
fn the_samples_pass() {
    let report = report(root(), &["plugins/admit.toml", "--deny-warnings"]);
    assert_eq!(report["policies"], 3);
}
