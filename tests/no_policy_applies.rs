//! Sign-ups to which no policy applies, and policy sets without policies.

use admit_tests::{Answer, Bundle, Lambda, admit, component, event, root, stderr, stdout};
use serde_json::{Value, json};
use std::fs;
use std::process::Output;
use tempfile::TempDir;

const PUBLIC_MESSAGE: &str = "Sign-up is not available here";

/// A manifest with this head and a puppet that grants everything to another client.
fn elsewhere(head: &str, mode: &str) -> String {
    format!(
        "{head}\n[[policy]]\nid = \"elsewhere\"\ncomponent = \"puppet\"\nreads = []\n\
         verdicts = [\"confirm\"]\nmode = \"{mode}\"\nsettings = {{ confirm = \"grant\" }}\n"
    )
}

const SCOPE: &str = "applies-to = { clients = [\"2example23456789\"] }\n";
const DENY: &str = "when-no-policy-applies = \"deny\"";

fn folder(manifest: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(component("puppet"), folder.path().join("puppet.wasm")).unwrap();
    let manifest = manifest.replace("\"puppet\"", "\"puppet.wasm\"");
    fs::write(folder.path().join("admit.toml"), manifest).unwrap();
    folder
}

fn run(folder: &TempDir, args: &[&str]) -> Output {
    admit().current_dir(folder.path()).args(args).output().unwrap()
}

fn eval(manifest: &str) -> Output {
    let event = root().join("tests/events/sign-up.json");
    run(&folder(manifest), &["eval", "--explain", event.to_str().unwrap()])
}

#[test]
fn the_manifest_decides() {
    let manifest = elsewhere("", "enforce") + SCOPE;
    assert_eq!(eval(&manifest).status.code(), Some(0));
    let output = eval(&(elsewhere(DENY, "enforce") + SCOPE));
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let (said, message) = (stdout(&output), format!("\"errorMessage\": \"{PUBLIC_MESSAGE}\""));
    assert!(said.contains(&message) && said.contains("\"errorType\": \"SignUpDenied\""), "{said}");
    let conclusion = "denied by the manifest, because no policy applies: Sign-up is not available";
    assert!(said.contains(conclusion), "{said}");
    // One that applies is asked, as ever; one that monitors changes nothing.
    assert_eq!(eval(&elsewhere(DENY, "enforce")).status.code(), Some(0));
    assert_eq!(eval(&elsewhere(DENY, "monitor")).status.code(), Some(3));
}

#[test]
fn the_record_and_the_metrics_say_so() {
    for (head, answer, grounds) in [("", "admit", None), (DENY, "deny", Some("no-policy-applies"))]
    {
        let bundle = Bundle::with(&(elsewhere(head, "enforce") + SCOPE));
        let metrics = [("ADMIT_METRICS", "no-policy-applies")];
        let mut lambda = Lambda::start_with(&bundle.path(), metrics);
        let said = lambda.invoke(event("sign-up.json"));
        let decision = lambda.decision_line();
        assert_eq!(decision["answer"], answer);
        assert_eq!(decision.get("grounds"), grounds.map(Value::from).as_ref());
        assert_eq!(decision["noPolicyApplies"], true);
        let metrics = lambda.log_line();
        assert_eq!(metrics["NoPolicyApplies"], 1, "{metrics}");
        if let Answer::Error(error) = said {
            let error: Value = serde_json::from_str(&error).unwrap();
            assert_eq!(
                error,
                json!({ "errorType": "SignUpDenied", "errorMessage": PUBLIC_MESSAGE })
            );
        }
    }
}

#[test]
fn check_lists_triggers_without_a_denying_policy() {
    let denying =
        |head: &str| (elsewhere(head, "enforce") + SCOPE).replace("confirm\"]", "deny\"]");
    let findings = |manifest: &str| {
        let output = run(&folder(manifest), &["check", "admit.toml", "--format", "json"]);
        let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
        let findings = report["findings"].as_array().unwrap().clone();
        findings.into_iter().filter(|finding| finding["rule"] == "uncovered").collect::<Vec<_>>()
    };
    let found = findings(&denying(""));
    assert_eq!(found.len(), 1);
    let message = "no policy that may deny applies to clients other than `2example23456789`";
    assert_eq!(found[0]["message"], message);
    assert_eq!(findings(&denying(DENY)), [] as [Value; 0]);
    assert_eq!(findings(&denying("").replace(SCOPE, "")), [] as [Value; 0]);
}

/// An attacker could seal such an index, or a manifest could be cleared by mistake.
#[test]
fn a_bundle_without_policies_is_not_loaded() {
    let event = event("sign-up.json");
    let bundle = Bundle::unchecked("").unwrap();
    let output = admit().arg("inspect").arg(bundle.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(stdout(&output).contains("it names no policy"), "{}", stdout(&output));
    let engine = admit_engine::Engine::new(1).unwrap();
    let error = admit_engine::bundle::load(engine, &bundle.path()).err().unwrap().to_string();
    assert!(error.contains("has no policies, so every sign-up would be admitted"), "{error}");
    // Nor does `eval` decide what the function would not.
    let output = eval("");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("names no policy"), "{}", stderr(&output));

    let said = Bundle::unchecked("when-no-policy-applies = \"admit\"").unwrap();
    let mut lambda = Lambda::start(&said.path());
    assert!(matches!(lambda.invoke(event), Answer::Response(_)));
    let output = admit().arg("inspect").arg(said.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}
