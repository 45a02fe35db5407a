//! Facts, look-ups and votes on the link, decided by the tool with facts from a file.

use admit_tests::{admit, component, root, stderr, stdout};
use serde_json::{Value, json};
use std::fs;
use std::process::Output;

const LOOKUPS: &str = "[lookup.same-email]\ndirectory = { by = \"userAttributes.email\" }\n\
                       reads = [\"enabled\", \"email_verified\"]\n[lookup.now]\nclock = true\n";

/// A policy that votes on the link as its settings say.
pub(crate) fn linker(id: &str, settings: &str) -> String {
    let component = component("linker");
    format!(
        "[[policy]]\nid = \"{id}\"\ncomponent = {component:?}\nreads = []\n\
         facts = {{ now = \"now\", user = \"same-email\" }}\nverdicts = [\"link\", \"deny\"]\n\
         settings = {{ {settings} }}\n"
    )
}

/// A sign-up through an identity provider, or by a person.
fn event(is_external: bool) -> String {
    let text = fs::read_to_string(root().join("tests/events/sign-up.json")).unwrap();
    match is_external {
        true => text.replace("PreSignUp_SignUp", "PreSignUp_ExternalProvider"),
        false => text,
    }
}

fn users(names: &[&str]) -> Value {
    let user = |name: &&str| {
        json!({ "userName": name, "enabled": true, "status": "CONFIRMED",
                "attributes": { "email_verified": "true", "secret": "x" } })
    };
    json!({ "users": names.iter().map(user).collect::<Vec<_>>() })
}

fn eval(policies: &[String], is_external: bool, facts: Option<&Value>, args: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("admit.toml"), LOOKUPS.to_owned() + &policies.concat()).unwrap();
    fs::write(path("event.json"), event(is_external)).unwrap();
    let mut command = admit();
    command.arg("eval").arg(path("event.json")).arg("--manifest").arg(path("admit.toml"));
    if let Some(facts) = facts {
        fs::write(path("facts.json"), facts.to_string()).unwrap();
        command.arg("--facts").arg(path("facts.json"));
    }
    command.args(args).output().unwrap()
}

pub(crate) fn decision(policies: &[String], is_external: bool, facts: &Value) -> Value {
    let output = eval(policies, is_external, Some(facts), &["--format", "json"]);
    serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", stderr(&output)))
}

pub(crate) fn facts(names: &[&str]) -> Value {
    json!({ "same-email": users(names), "now": { "time": 1_764_313_200_000_u64 } })
}

#[test]
fn a_link_is_decided_by_all_policies() {
    let link = |id, user: &str| linker(id, &format!("link = \"{user}\""));
    let facts = facts(&["mary", "jane"]);
    let decide = |policies: &[String], is_external| {
        let decision = decision(policies, is_external, &facts);
        (decision["answer"].clone(), decision["link"].clone(), decision["grounds"].clone())
    };
    let admitted = |link: Value| (json!("admit"), link, Value::Null);
    let (a, b) = (link("a", "mary"), link("b", "mary"));
    assert_eq!(decide(&[a.clone(), b], true), admitted(json!(true)));
    assert_eq!(decide(std::slice::from_ref(&a), false), admitted(Value::Null));
    assert_eq!(decide(&[a.clone(), linker("b", "withhold = true")], true), admitted(Value::Null));
    let conflict = decide(&[a, link("b", "jane")], true);
    assert_eq!(conflict, (json!("deny"), Value::Null, json!("link-conflict")));
}

#[test]
fn the_output_names_no_user() {
    let policies = [linker("a", "link = \"mary\"")];
    for args in [&["--explain"][..], &["--format", "json"]] {
        let output = eval(&policies, true, Some(&facts(&["mary"])), args);
        let said = stdout(&output);
        // The event has a user name of its own.
        assert!(!said.replace("mary_major", "").contains("mary\""), "{said}");
        assert!(said.contains("link"), "{said}");
    }
}

#[test]
fn a_policy_sees_of_a_user_what_the_look_up_reads() {
    let show = [linker("a", "show = \"user\"")];
    let decision = decision(&show, true, &facts(&["mary"]));
    let note = decision["evaluations"][0]["notes"]["kept"][0]["message"].as_str().unwrap();
    assert!(note.contains("enabled: Some(true)"), "{note}");
    assert!(note.contains("status: None") && note.contains("identities: None"), "{note}");
    assert!(note.contains("email_verified") && !note.contains("secret"), "{note}");
}

/// The code of a denial goes to the log, so it must not tell of a user either.
#[test]
fn a_code_with_the_name_of_a_user_is_discarded() {
    let decision = decision(&[linker("a", "tell = \"user\"")], true, &facts(&["jane_roe"]));
    assert_eq!(decision["policies"][0]["code"], "discarded", "{decision}");
}

/// The facts that were stored with an event decide it again, and without them the policy fails.
#[test]
fn a_stored_event_is_replayed_with_its_facts() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let manifest = LOOKUPS.to_owned() + &linker("a", "link = \"mary\"");
    fs::write(path("admit.toml"), manifest).unwrap();
    let event = event(true);
    let stored = json!({
        "type": "stored-event", "timestamp": "1", "level": "INFO", "requestId": "r",
        "bytes": event.len(), "event": event, "facts": facts(&["mary"]),
    });
    let decided = json!({
        "type": "decision", "timestamp": "1", "requestId": "r", "answer": "admit",
        "flags": {}, "policies": [],
    });
    let replay = |stored: &Value| {
        fs::write(path("admit.log"), format!("{stored}\n{decided}\n")).unwrap();
        let mut command = admit();
        command.arg("replay").arg(path("admit.log")).arg("--manifest").arg(path("admit.toml"));
        command.output().unwrap()
    };
    let output = replay(&stored);
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    let mut without = stored;
    without.as_object_mut().unwrap().remove("facts");
    let output = replay(&without);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stdout(&output).contains("no-fact"), "{}", stdout(&output));
}

#[test]
fn without_facts_the_command_lists_the_look_ups_and_makes_none() {
    let output = eval(&[linker("a", "")], true, None, &[]);
    assert_eq!(output.status.code(), Some(1));
    let expected = "error: the policies need facts, and this command makes no look-ups: give the \
                    results of `now` (clock), `same-email` (directory, by userAttributes.email) \
                    with `--facts FILE`\n";
    assert_eq!(stderr(&output), expected);
}

#[test]
fn a_failed_look_up_is_a_fact_that_the_policy_cannot_overlook() {
    let facts = json!({ "same-email": { "error": "timeout" }, "now": { "time": 1 } });
    let decision = decision(&[linker("a", "link = \"mary\"")], true, &facts);
    assert_eq!(decision["policies"][0]["failure"]["kind"], "unknown-user", "{decision}");
}

/// A policy without facts denies first, and then no look-up is needed.
#[test]
fn no_look_up_is_made_for_a_sign_up_that_is_already_denied() {
    let component = component("minimum-username-length");
    let strict = format!(
        "[[policy]]\nid = \"strict\"\ncomponent = {component:?}\nreads = [\"userName\"]\n\
         verdicts = [\"deny\"]\nsettings = {{ characters = 60 }}\n"
    );
    let output = eval(&[linker("a", ""), strict], true, None, &["--format", "json"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let decision: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let asked = decision["policies"].as_array().unwrap();
    assert_eq!(asked.len(), 1, "{decision}");
    assert_eq!(decision["policy"], "strict", "{decision}");
}

/// Components that were built for version 0.1.0 of the contract decide as they did.
#[test]
fn components_of_the_contract_0_1_0_run_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let policy = |name: &str, reads: &str, verdicts: &str| {
        let component = root().join("tests/components").join(format!("{name}-0.1.0.wasm"));
        format!(
            "[[policy]]\nid = \"{name}\"\ncomponent = {component:?}\nreads = [{reads}]\n\
             verdicts = [{verdicts}]\n"
        )
    };
    let manifest = folder.path().join("admit.toml");
    let policies = [
        policy(
            "email-domain",
            "\"userAttributes.email\", \"userAttributes.custom:domain\"",
            "\"confirm\"",
        ),
        policy("verify-contact-c", "\"userAttributes.email\"", "\"verify-email\""),
    ];
    fs::write(&manifest, policies.concat()).unwrap();
    let mut command = admit();
    command.args(["eval", "tests/events/sign-up.json", "--format", "json", "--manifest"]);
    let output = command.arg(&manifest).output().unwrap();
    let decision: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!((&decision["confirm"], &decision["verify-email"]), (&json!(true), &json!(true)));
    for policy in decision["policies"].as_array().unwrap() {
        assert_eq!(policy["opinion"], "allow", "{decision}");
    }
}

/// What an auditor must see: each request that the function can make, and each fact beside what
/// the policy requests.
#[test]
fn look_ups_and_facts_are_shown_to_an_auditor() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let component = component("link-by-email");
    let policy = format!(
        "[[policy]]\nid = \"a\"\ncomponent = {component:?}\nreads = []\n\
         facts = {{ user = \"same-email\", time = \"now\" }}\nverdicts = [\"link\"]\n"
    );
    fs::write(path("admit.toml"), LOOKUPS.to_owned() + &policy).unwrap();
    let bundled = admit()
        .arg("bundle")
        .arg("--manifest")
        .arg(path("admit.toml"))
        .arg("-o")
        .arg(path("bundle"))
        .output()
        .unwrap();
    assert!(bundled.status.success(), "{}", stderr(&bundled));
    let said = stdout(&admit().arg("inspect").arg(path("bundle")).output().unwrap());
    for line in [
        "same-email: directory, sends userAttributes.email, reads userName, email_verified, \
         enabled; ends after 500ms\n",
        "now: clock\n",
        "time: clock (granted and not asked for)\n",
        "user: directory\n",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let mut report = admit();
    report.arg("report").arg(path("admit.toml")).arg("-o").arg(path("page.html"));
    let output = report.output().unwrap();
    assert!(path("page.html").exists(), "{}", stderr(&output));
    let page = fs::read_to_string(path("page.html")).unwrap();
    assert!(page.contains("same-email: directory, sends userAttributes.email"), "{page}");
    assert!(page.contains("Facts that it receives"), "{page}");
    let mut check = admit();
    check.arg("check").arg(path("admit.toml"));
    let found = stdout(&check.output().unwrap());
    assert!(found.contains("facts-unused") && !found.contains("facts-not-granted"), "{found}");
}
