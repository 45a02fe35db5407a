//! The other sample policies, in their sandboxes: what their own tests show natively.

use admit_tests::{admit, component, least_event, stderr, stdout};
use std::fs;
use std::process::Output;

const WELCOME: &str = "280d44ab1e9f79b5cce2dd4f58f5fe91f0fbacdac9f7447dffc318ceb79f2d02";

/// Tries a sample out on an event, with settings.
fn eval(plugin: &str, settings: &str, event: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("event.json");
    fs::write(&path, event).unwrap();
    let mut command = admit();
    command.args(["eval", "--settings", settings, "--policy"]).arg(component(plugin));
    command.arg(path).output().unwrap()
}

fn check(plugin: &str, settings: &str, event: &str, message: Option<&str>) {
    let output = eval(plugin, settings, event);
    let said = stdout(&output);
    match message {
        None => assert_eq!(output.status.code(), Some(0), "{event}: {said}{}", stderr(&output)),
        Some(message) => {
            assert_eq!(output.status.code(), Some(3), "{event}: {said}{}", stderr(&output));
            assert!(said.contains(&format!("\"errorMessage\": \"{message}\"")), "{said}");
        }
    }
}

fn email(address: &str) -> String {
    format!(r#"{{"request":{{"userAttributes":{{"email":"{address}"}}}},"response":{{}}}}"#)
}

#[test]
fn blocked_email_domains() {
    let settings = r#"{"domains": ["spam.example", "Trash.Example."]}"#;
    let denied = Some("Please sign up with another email address");
    let check =
        |address: &str, message| check("blocked-email-domains", settings, &email(address), message);
    check("mary@example.com", None);
    check("mary@notspam.example", None);
    check("mary@spam.example", denied);
    check("mary@mail.SPAM.example.", denied);
    check("mary@trash.example", denied);
    check("mary", denied);
    check("a@b@spam.example", denied);
}

/// 5,000 entries fit the default limits, and the last one counts.
#[test]
fn blocked_email_domains_with_a_long_list() {
    let domains: Vec<String> = (0..5_000).map(|n| format!("\"domain-{n}.example\"")).collect();
    let manifest = format!(
        "[[policy]]\nid = \"blocked\"\ncomponent = {:?}\nreads = [\"userAttributes.email\"]\n\
         verdicts = [\"deny\"]\nsettings = {{ domains = [{}] }}\n",
        component("blocked-email-domains"),
        domains.join(", ")
    );
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("admit.toml"), manifest).unwrap();
    for (address, status) in [("mary@domain-4999.example", 3), ("mary@domain-5000.example", 0)] {
        fs::write(folder.path().join("event.json"), email(address)).unwrap();
        let mut command = admit();
        let output =
            command.current_dir(folder.path()).args(["eval", "event.json"]).output().unwrap();
        assert_eq!(output.status.code(), Some(status), "{address}: {}", stderr(&output));
    }
}

#[test]
fn invitation_code() {
    let settings = format!(r#"{{"key": "invite", "sha256": ["{WELCOME}"]}}"#);
    let check = |request: &str, message| {
        let event = format!(r#"{{"request":{request},"response":{{}}}}"#);
        check("invitation-code", &settings, &event, message);
    };
    check(r#"{"validationData":{"invite":"welcome"}}"#, None);
    check(r#"{"validationData":null,"clientMetadata":{"invite":"welcome"}}"#, None);
    let nothing = least_event("");
    let required = stdout(&eval("invitation-code", &settings, &nothing));
    assert!(required.contains("SignUpDenied"), "{required}");
    let wrong = r#"{"request":{"validationData":{"invite":"x"}},"response":{}}"#;
    let unknown = eval("invitation-code", &settings, wrong);
    assert_eq!(unknown.status.code(), Some(3));
    let refused = eval("invitation-code", r#"{"sha256": ["welcome"]}"#, &nothing);
    assert_eq!(refused.status.code(), Some(1));
    assert!(!stderr(&refused).contains("welcome"), "{}", stderr(&refused));
}

#[test]
fn identity_providers() {
    let settings = r#"{"providers": ["Google"]}"#;
    let decide = |trigger: &str, user: &str| {
        let event = least_event(&format!(r#""userName":"{user}","#));
        let event = event.replace("PreSignUp_SignUp", trigger);
        eval("identity-providers", settings, &event).status.code()
    };
    assert_eq!(decide("PreSignUp_ExternalProvider", "Google_1122"), Some(0));
    assert_eq!(decide("PreSignUp_ExternalProvider", "google_1122"), Some(0));
    assert_eq!(decide("PreSignUp_ExternalProvider", "Facebook_1122"), Some(3));
    assert_eq!(decide("PreSignUp_ExternalProvider", "Googleish_1122"), Some(3));
    assert_eq!(decide("PreSignUp_SignUp", "Facebook_1122"), Some(0));
}
