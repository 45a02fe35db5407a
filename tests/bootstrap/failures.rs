//! Policies that fail while the function runs, or that cannot be loaded.

use super::{PUBLIC_MESSAGE, check, error};
use admit_tests::{Answer, Bundle, Lambda, admit, event, root, sample_manifest};
use serde_json::json;
use std::fs;
use std::path::Path;
use std::time::Duration;

const PUPPET: &str = "[[policy]]\nid = \"p\"\ncomponent = \"puppet\"\nreads = []\n\
                      verdicts = [\"deny\", \"confirm\"]\n";

#[test]
fn a_failure_is_answered_with_the_public_message() {
    for settings in ["fail = \"a secret\"", "crash = \"a secret\""] {
        let bundle = Bundle::with(&format!("{PUPPET}settings = {{ {settings} }}"));
        let mut lambda = Lambda::start(&bundle.path());
        check(&lambda.invoke(event("sign-up.json")), &error(PUBLIC_MESSAGE, "PolicyFailure"));
    }
}

#[test]
fn a_policy_that_does_not_end_is_stopped() {
    let spin = "settings = { spin = 1_000_000_000_000 }\n";
    let check_line = |lines: &str, time: Duration, kind: &str| {
        let bundle = Bundle::with(&format!("{PUPPET}{spin}{lines}"));
        let mut lambda = Lambda::start(&bundle.path());
        let answer = lambda.invoke_within(event("sign-up.json"), time);
        check(&answer, &error(PUBLIC_MESSAGE, "PolicyFailure"));
        let line = lambda.decision_line();
        assert_eq!(line["policies"][0]["kind"], kind, "{line}");
        assert_eq!(line["grounds"], "failure");
        // The fuel of a loop is known where fuel ended it, and not where a clock did.
        assert_eq!(line["policies"][0]["fuel"].is_null(), kind != "fuel", "{line}");
    };
    let five = Duration::from_secs(5);
    check_line("limits = { time = \"1s\" }", five, "fuel");
    check_line("limits = { fuel = 10_000_000_000, time = \"50ms\" }", five, "deadline");
    // Lambda's remaining time counts too, less what sending the answer takes.
    let limits = "limits = { fuel = 10_000_000_000, time = \"2s\" }";
    check_line(limits, Duration::from_millis(500), "budget");
    check_line(limits, Duration::ZERO, "budget");
}

#[test]
fn a_policy_that_cannot_be_loaded_fails_alone() {
    let manifest = fs::read_to_string(sample_manifest()).unwrap();
    let plugins = root().join("plugins");
    let manifest = manifest
        .replace("component = \"", &format!("component = \"{}/", plugins.display()))
        .replace("id = \"email-domain\"", "id = \"email-domain\"\non-failure = \"abstain\"");
    let name = plugins.join("email-domain");
    let all = event("sign-up.json").replace("false", "true");
    type Damage = fn(&Path);
    let damage: [(&str, Damage); 3] = [
        ("cannot read", |file| fs::remove_file(file).unwrap()),
        ("does not match its checksum", |file| {
            let mut bytes = fs::read(file).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(file, bytes).unwrap();
        }),
        ("does not match its checksum", |file| {
            let bytes = fs::read(file).unwrap();
            fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
        }),
    ];
    for (reason, damage) in damage {
        let bundle = Bundle::with(&manifest);
        damage(&bundle.compiled(name.to_str().unwrap()));
        let mut lambda = Lambda::start(&bundle.path());
        let line = lambda.log_line();
        assert_eq!(
            (&line["type"], &line["policy"]),
            (&json!("not-loaded"), &json!("email-domain"))
        );
        assert!(line["reason"].as_str().unwrap().contains(reason), "{line}");
        check(&lambda.invoke(event("sign-up.json")), &Answer::Response(all.clone()));
    }

    // Settings that `configure` does not take, which `admit bundle` would have refused.
    for (lines, kind) in [
        ("component = \"puppet\"\nsettings = { refuse = \"a reason\" }", "settings-refused"),
        ("component = \"puppet\"\nsettings = { unknown = 1 }", "settings-refused"),
        ("component = \"loops-in-configure\"", "fuel"),
    ] {
        let manifest = format!(
            "[[policy]]\nid = \"broken\"\n{lines}\nreads = []\nverdicts = [\"deny\"]\n\
             on-failure = \"ON\"\nlimits = {{ time = \"2s\" }}\n\
             [[policy]]\nid = \"healthy\"\ncomponent = \"verify-contact\"\n\
             reads = [\"userAttributes.*\"]\n\
             verdicts = [\"confirm\", \"verify-email\", \"verify-phone\"]\n"
        );
        for on_failure in ["abstain", "deny"] {
            let bundle = Bundle::unchecked(&manifest.replace("ON", on_failure)).unwrap();
            let mut lambda = Lambda::start(&bundle.path());
            let line = lambda.log_line();
            assert_eq!(line["type"], "not-configured", "{line}");
            assert_eq!((&line["policy"], &line["level"]), (&json!("broken"), &json!("ERROR")));
            let expected = match on_failure {
                "abstain" => Answer::Response(all.clone()),
                _ => error(PUBLIC_MESSAGE, "PolicyFailure"),
            };
            check(&lambda.invoke(event("sign-up.json")), &expected);
            let record = lambda.decision_line();
            assert_eq!(record["policies"][0]["kind"], kind, "{record}");
        }
    }

    // With the default, `on-failure = "deny"`, every sign-up is denied without it.
    let bundle = Bundle::sample();
    fs::remove_file(bundle.compiled("email-domain")).unwrap();
    check(
        &Lambda::start(&bundle.path()).invoke(event("sign-up.json")),
        &error(PUBLIC_MESSAGE, "PolicyFailure"),
    );
}

#[test]
fn a_bundle_for_another_machine_fails_policy_by_policy() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("bundle");
    let other = if cfg!(target_arch = "x86_64") { "arm64" } else { "x86_64" };
    let status = admit()
        .args(["bundle", "--manifest", "plugins/admit.toml", "--target", other, "-o"])
        .arg(&bundle)
        .output()
        .unwrap()
        .status;
    assert!(status.success());
    let mut lambda = Lambda::start(&bundle);
    assert!(lambda.log_line()["reason"].as_str().unwrap().contains(other));
    check(&lambda.invoke(event("sign-up.json")), &error(PUBLIC_MESSAGE, "PolicyFailure"));
}
