//! `admit eval --explain`: without whom the decision would have been another.

use admit_tests::{admit, component, stderr, stdout};
use serde_json::{Value, json};
use std::fs;
use std::process::Output;

/// Decides a sign-up with puppets, each of which says what its settings tell it to say.
fn eval(puppets: &[(&str, &str)], args: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let puppet = component("puppet");
    let policy = |(id, settings): &(&str, &str)| {
        format!(
            "[[policy]]\nid = \"{id}\"\ncomponent = {puppet:?}\nreads = []\n\
             verdicts = [\"deny\", \"confirm\", \"verify-email\", \"verify-phone\"]\n\
             settings = {{ {settings} }}\n"
        )
    };
    let manifest = folder.path().join("admit.toml");
    fs::write(&manifest, puppets.iter().map(policy).collect::<String>()).unwrap();
    let event = "tests/events/sign-up.json";
    let mut command = admit();
    command.args(["eval", event, "--manifest"]).arg(&manifest).args(args).output().unwrap()
}

/// The sentences between the flags and the conclusion.
fn sentences(puppets: &[(&str, &str)]) -> Vec<String> {
    let output = eval(puppets, &["--explain"]);
    let said = stdout(&output);
    let flags = said.split("\nflag ").nth(1).unwrap_or_else(|| panic!("{}", stderr(&output)));
    let blocks: Vec<&str> = flags.split("\n\n").skip(1).collect();
    let about_others = |line: &&str| line.starts_with("without ") || line.contains("left out");
    blocks.iter().flat_map(|block| block.lines()).filter(about_others).map(str::to_owned).collect()
}

fn json(puppets: &[(&str, &str)]) -> Value {
    let output = eval(puppets, &["--format", "json"]);
    let mut decision: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    decision["why"].take()
}

const CONFIRMS: &str = "confirm = \"grant\"";
const WITHHOLDS: &str = "confirm = \"withhold\"";
const VERIFIES: &str = "verify-email = \"grant\", verify-phone = \"grant\"";
const DENIES: &str = "deny = [\"no\", \"Not today\"]";
const FAILS: &str = "fail = \"a secret\"";

#[test]
fn a_denial_is_explained_by_all_denying_policies() {
    let refused = [("broken", FAILS), ("invited", CONFIRMS), ("never", DENIES), ("no", DENIES)];
    assert_eq!(
        sentences(&refused),
        ["without broken, never and no this sign-up would have been admitted: confirm"]
    );
    let why = json(&refused);
    let fixed = "The sign-up could not be checked, please try again later";
    assert_eq!(why["without"], json!(["broken", "never", "no"]));
    assert_eq!(
        why["then"],
        json!({ "confirm": true, "verify-email": false, "verify-phone": false })
    );
    let refusals = why["refusals"].as_array().unwrap();
    assert_eq!(refusals.len(), 3);
    assert_eq!(refusals[0]["grounds"], "failure");
    assert_eq!(refusals[0]["message"], fixed);
    let second = json!({ "policy": "never", "grounds": "denial", "message": "Not today" });
    assert_eq!(refusals[1], second);
}

#[test]
fn a_withheld_flag_is_explained_by_the_withholding_policies() {
    let withheld = [("invited", CONFIRMS), ("contact", VERIFIES), ("invitation-code", WITHHOLDS)];
    assert_eq!(
        sentences(&withheld),
        ["without invitation-code this sign-up would have been confirmed, and its email and \
          phone verified"]
    );
}

/// A verify flag depends on the fewer grants: its own, or those of `confirm`.
#[test]
fn each_counterfactual_is_shown_once() {
    let contacts = [("first", VERIFIES), ("second", VERIFIES), ("invited", CONFIRMS)];
    assert_eq!(
        sentences(&contacts),
        ["without invited this sign-up would not have been confirmed, nor its email and phone \
          verified"]
    );
    let one = [("contact", VERIFIES), ("a", CONFIRMS), ("b", CONFIRMS), ("c", CONFIRMS)];
    assert_eq!(
        sentences(&one),
        [
            "without a, b and c this sign-up would not have been confirmed, nor its email and \
             phone verified",
            "without contact the email and phone would not have been verified",
        ]
    );
    let both = "verify-email = \"grant\", verify-phone = \"withhold\"";
    let torn = [("contact", VERIFIES), ("torn", both), ("invited", CONFIRMS)];
    assert_eq!(
        sentences(&torn),
        [
            "without invited this sign-up would not have been confirmed, nor its email verified",
            "without torn the phone would have been verified",
        ]
    );
}

#[test]
fn a_missing_grant_is_explained() {
    assert_eq!(
        sentences(&[("strict", WITHHOLDS), ("idle", "")]),
        [
            "confirm would not be set, whichever policies are left out: no vote that counts grants it"
        ]
    );
    let why = json(&[("strict", WITHHOLDS), ("idle", "")]);
    assert_eq!(
        why,
        json!({ "flags": {
            "confirm": { "missing": ["grant"] },
            "verify-email": { "missing": ["grant", "confirmation"] },
            "verify-phone": { "missing": ["grant", "confirmation"] },
        }})
    );
    let torn = "confirm = \"withhold\", verify-email = \"grant\"";
    assert_eq!(
        json(&[("torn", torn), ("invited", CONFIRMS)])["flags"]["verify-email"],
        json!({ "missing": ["agreement"] })
    );
}

/// For one policy, and for flags that no policy withheld, the tables are enough.
#[test]
fn redundant_counterfactuals_are_left_out() {
    for puppets in [&[("alone", DENIES)][..], &[("alone", CONFIRMS)], &[("a", ""), ("b", "")]] {
        assert_eq!(sentences(puppets), Vec::<String>::new(), "{puppets:?}");
    }
}
