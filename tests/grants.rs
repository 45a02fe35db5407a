//! Nothing is granted that was not named: what a policy sees, and what of it counts.

use admit_tests::{admit, component, root, stdout};
use serde_json::{Value, json};
use std::fs;

/// Decides an event with one puppet, under a manifest that has these lines.
fn decide(lines: &str, event: &str) -> Value {
    decide_with(&[lines], event)
}

/// The same with several.
fn decide_with(policies: &[&str], event: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let puppet = component("puppet");
    let manifest: String = policies
        .iter()
        .enumerate()
        .map(|(index, lines)| {
            format!("[[policy]]\nid = \"p{index}\"\ncomponent = {puppet:?}\n{lines}\n")
        })
        .collect();
    let path = folder.path().join("admit.toml");
    fs::write(&path, manifest).unwrap();
    let output = admit()
        .args(["eval", "--format", "json", "--manifest"])
        .arg(path)
        .arg(root().join("tests/events").join(event))
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{error}"))
}

/// A manifest whose policy could never run is refused before anything is decided.
fn check_refused(lines: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("admit.toml");
    let policy = format!("[[policy]]\nid = \"p\"\ncomponent = {:?}\n", component("puppet"));
    fs::write(&path, format!("{policy}{lines}\n")).unwrap();
    let event = root().join("tests/events/sign-up.json");
    let output = admit().args(["eval", "--manifest"]).arg(path).arg(event).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let reason = "policy `p`: needed more than 64KiB of memory in `configure`";
    assert!(said.contains(reason), "{said}");
}

fn seen(decision: &Value) -> Vec<String> {
    let notes = decision["evaluations"][0]["notes"]["kept"].as_array().unwrap();
    notes.iter().map(|note| note["message"].as_str().unwrap().to_owned()).collect()
}

fn check_seen(reads: &str, expected: &[&str]) {
    let lines = format!("reads = [{reads}]\nverdicts = []\nsettings = {{ tell = \"all\" }}");
    let seen = seen(&decide(&lines, "sign-up-with-metadata.json"));
    assert_eq!(seen[0], "triggerSource=SignUp");
    assert_eq!(seen[1..], *expected, "{reads}");
}

#[test]
fn what_was_not_granted_is_absent() {
    check_seen("", &["userName="]);
    check_seen("\"userName\"", &["userName=mary_major"]);
    check_seen(
        "\"userAttributes.email\", \"userAttributes.phone_number\", \"validationData.other\"",
        &["userName=", "userAttributes.email=mary_major@example.com"],
    );
    check_seen(
        "\"userAttributes.*\", \"validationData.invite\", \"clientMetadata.IpAddress\"",
        &[
            "userName=",
            "userAttributes.email=mary_major@example.com",
            "userAttributes.custom:domain=other.example",
            "validationData.invite=abc",
            "clientMetadata.IpAddress=192.0.2.252",
        ],
    );
}

const VOTES: &str = "settings = { confirm = \"grant\", verify-email = \"grant\" }";

#[test]
fn a_vote_that_was_not_granted_is_recorded_and_not_counted() {
    let decision =
        decide(&format!("reads = []\nverdicts = [\"confirm\"]\n{VOTES}"), "sign-up.json");
    assert_eq!(
        decision["policies"][0]["votes"],
        json!([
            {"flag": "confirm", "vote": "grant", "counted": true},
            {"flag": "verify-email", "vote": "grant", "counted": false, "because": "not-permitted"},
        ])
    );
    assert_eq!((&decision["confirm"], &decision["verify-email"]), (&json!(true), &json!(false)));
}

#[test]
fn a_denial_that_was_not_granted_does_not_count() {
    let deny = "reads = []\nverdicts = [\"confirm\"]\nsettings = { deny = [\"code\", \"no\"] }";
    let decision = decide(deny, "sign-up.json");
    assert_eq!(decision["answer"], "admit");
    assert_eq!(decision["policies"][0]["because"], "not-permitted");
}

#[test]
fn a_monitored_policy_is_recorded_and_not_counted() {
    let deny = "reads = []\nverdicts = [\"deny\"]\nmode = \"monitor\"\n\
                settings = { deny = [\"code\", \"no\"] }";
    let decision = decide(deny, "sign-up.json");
    assert_eq!(decision["answer"], "admit");
    assert_eq!(decision["policies"][0]["opinion"], "deny");
    assert_eq!(decision["policies"][0]["because"], "monitor");
}

#[test]
fn nothing_is_verified_without_confirmation() {
    let votes = "settings = { verify-email = \"grant\", verify-phone = \"grant\" }";
    let lines = format!("reads = []\nverdicts = [\"verify-email\", \"verify-phone\"]\n{votes}");
    let decision = decide(&lines, "sign-up.json");
    assert_eq!(decision["verify-email"], false);
    assert_eq!(decision["flags"]["verify-email"]["cleared"], "not-confirmed");
    assert_eq!(decision["flags"]["verify-phone"]["cleared"], "not-confirmed");
}

#[test]
fn a_failure_denies_with_the_fixed_message_and_a_cause_in_the_record() {
    for (settings, kind, reason) in [
        ("fail = \"no idea\"", "undecided", "`evaluate` could not decide: no idea"),
        (
            "crash = \"secret\"",
            "trap",
            "crashed in `evaluate`: wasm trap: wasm `unreachable` instruction executed",
        ),
    ] {
        let lines = format!("reads = []\nverdicts = []\nsettings = {{ {settings} }}");
        let decision = decide(&lines, "sign-up.json");
        let message = "The sign-up could not be checked, please try again later";
        assert_eq!(decision["reply"]["errorMessage"], message);
        assert_eq!(decision["policies"][0]["failure"]["kind"], kind);
        assert_eq!(decision["policies"][0]["failure"]["reason"], reason);

        let decision = decide(&format!("{lines}\non-failure = \"abstain\""), "sign-up.json");
        assert_eq!(decision["answer"], "admit");
        assert_eq!(decision["policies"][0]["because"], "abstains-on-failure");
    }
}

#[test]
fn limits_stop_a_policy() {
    let tell = "reads = []\nverdicts = []\nsettings = { tell = \"all\" }";
    let check = |limits: &str, failure: Value| {
        let decision = decide(&format!("{tell}\nlimits = {{ {limits} }}"), "sign-up.json");
        assert_eq!(decision["policies"][0]["failure"], failure, "{limits}");
    };
    let enough = decide(tell, "sign-up.json")["evaluations"][0]["fuel"].as_u64().unwrap();
    // Fuel is looked at where a function or a loop begins, not at each instruction.
    let less = enough / 2;
    let reason = format!(
        "stopped after {} units of fuel in `evaluate`; `limits.fuel` allows no more",
        grouped(less)
    );
    check(
        &format!("fuel = {less}"),
        json!({"kind": "fuel", "phase": "evaluate", "reason": reason}),
    );
    let decision = decide(&format!("{tell}\nlimits = {{ fuel = {enough} }}"), "sign-up.json");
    assert_eq!(decision["answer"], "admit");
    // The puppet starts with one page of 64 KiB.
    let long = "x".repeat(64 << 10);
    check_refused(&format!(
        "reads = []\nverdicts = []\nsettings = {{ deny = [\"code\", \"{long}\"] }}\n\
         limits = {{ memory = \"64KiB\" }}"
    ));
}

#[test]
fn a_policy_outside_its_scope_is_not_asked() {
    let lines = "reads = []\nverdicts = [\"deny\"]\nsettings = { deny = [\"code\", \"no\"] }\n\
                 applies-to = { triggers = [\"PreSignUp_AdminCreateUser\"] }";
    let decision = decide(lines, "sign-up.json");
    assert_eq!(decision["answer"], "admit");
    assert_eq!(decision["policies"], json!([]));
    assert_eq!(decision["notAsked"], json!(["p0"]));
    assert_eq!(decide(lines, "admin-create-user.json")["answer"], "deny");
}

#[test]
fn policies_share_no_state() {
    let first = "reads = [\"userName\"]\nverdicts = [\"confirm\"]\nsettings = { tell = \"all\", confirm = \"grant\" }";
    let decision = decide_with(&[first, first], "sign-up.json");
    let evaluations = decision["evaluations"].as_array().unwrap();
    assert_eq!(evaluations[0]["notes"], evaluations[1]["notes"]);
    assert_eq!(evaluations[0]["fuel"], evaluations[1]["fuel"]);
}

fn grouped(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{},{:03}", number / 1_000, number % 1_000),
    }
}
