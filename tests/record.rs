//! The record of decisions: every line is of the schema, every member of the schema occurs,
//! and what the operator sets is heeded.

use crate::long_lines::crowded_decision;
use admit_tests::{Answer, Bundle, Lambda, event, root};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn schema() -> Value {
    let text = fs::read_to_string(root().join("schemas/decision.schema.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The function with these variables in its environment.
fn start(bundle: &Path, variables: &[(&str, &str)]) -> Lambda {
    Lambda::start_with(bundle, variables.iter().copied())
}

/// An entry for a puppet that may decide everything, with these lines.
fn puppet(id: &str, lines: &str) -> String {
    format!(
        "[[policy]]\nid = \"{id}\"\ncomponent = \"puppet\"\nreads = []\n\
         verdicts = [\"deny\", \"confirm\", \"verify-email\", \"verify-phone\"]\n{lines}\n"
    )
}

const KEY: (&str, &str) = ("ADMIT_USER_NAME_KEY", "0123456789abcdef0123456789abcdef");

/// Decisions of every kind that there is.
fn decisions() -> Vec<Value> {
    let spin = "settings = { spin = 1_000_000_000_000 }";
    let manifests = [
        puppet("grants", "settings = { confirm = \"grant\", verify-email = \"grant\" }"),
        puppet("withholds", "settings = { confirm = \"withhold\" }")
            + &puppet("monitors", "mode = \"monitor\"\nsettings = { deny = [\"no\", \"No\"] }")
            + &puppet("elsewhere", "applies-to = { clients = [\"2example23456789\"] }"),
        puppet("denies", "settings = { deny = [\"no\", \"No\"] }")
            + &puppet("monitors", "mode = \"monitor\"\nsettings = { confirm = \"grant\" }"),
        puppet("verifies", "settings = { verify-phone = \"grant\" }")
            + &puppet("watches", "mode = \"monitor\"\nsettings = { confirm = \"grant\" }"),
        puppet("monitors", "mode = \"monitor\"\nsettings = { crash = \"x\" }"),
        puppet("grants", "settings = { confirm = \"grant\" }")
            .replace("[\"deny\", \"confirm\", ", "[\"deny\", "),
        puppet("fails", "settings = { fail = \"x\" }"),
        puppet("abstains", "on-failure = \"abstain\"\nsettings = { crash = \"x\" }"),
        puppet("talks", "limits = { log-lines = 1 }\nsettings = { tell = \"all\" }"),
        "when-no-policy-applies = \"deny\"\n".to_owned()
            + &puppet("elsewhere", "applies-to = { clients = [\"2example23456789\"] }"),
        puppet("spins", spin),
        puppet("waits", &format!("limits = {{ fuel = 10_000_000_000 }}\n{spin}")),
    ];
    let mut decisions = Vec::new();
    for manifest in manifests {
        let bundle = Bundle::with(&manifest);
        let mut lambda = start(&bundle.path(), &[KEY]);
        for event_name in ["sign-up.json", "admin-create-user.json", "console-domain.json"] {
            lambda.invoke(event(event_name));
            decisions.push(lambda.decision_line());
        }
    }
    decisions
}

/// Every place in a schema that describes a member, as a JSON pointer.
fn described(schema: &Value, at: &str, places: &mut BTreeSet<String>) {
    let Value::Object(members) = schema else { return };
    for (name, member) in members {
        let at = format!("{at}/{name}");
        if name == "properties" {
            let described = member.as_object().unwrap().iter();
            let described = described.filter(|(_, member)| member.get("description").is_some());
            places.extend(described.map(|(name, _)| format!("{at}/{name}")));
        }
        match member {
            Value::Array(cases) => {
                for (index, case) in cases.iter().enumerate() {
                    self::described(case, &format!("{at}/{index}"), places);
                }
            }
            member => self::described(member, &at, places),
        }
    }
}

/// The places of the schema that describe a member of this value.
fn occurring(value: &Value, whole: &Value, at: &str, places: &mut BTreeSet<String>) {
    let schema = whole.pointer(at).expect("a schema");
    if let Some(definition) = schema["$ref"].as_str() {
        occurring(value, whole, definition.trim_start_matches('#'), places);
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = value.get(name) {
            let at = format!("{at}/properties/{name}");
            if member.get("description").is_some() {
                places.insert(at.clone());
            }
            occurring(value, whole, &at, places);
        }
    }
    for (index, case) in schema["oneOf"].as_array().into_iter().flatten().enumerate() {
        // Each case of an opinion names its own.
        let opinion = &case["properties"]["opinion"]["const"];
        if opinion.is_null() || *opinion == value["opinion"] {
            occurring(value, whole, &format!("{at}/oneOf/{index}"), places);
        }
    }
    for item in value.as_array().filter(|_| schema["items"].is_object()).into_iter().flatten() {
        occurring(item, whole, &format!("{at}/items"), places);
    }
}

#[test]
fn every_decision_is_of_the_schema_and_has_no_more() {
    let schema = schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let (mut members, mut occur) = (BTreeSet::new(), BTreeSet::new());
    described(&schema, "", &mut members);
    for decision in decisions().into_iter().chain([crowded_decision()]) {
        let errors: Vec<String> =
            validator.iter_errors(&decision).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?} in {decision}");
        occurring(&decision, &schema, "", &mut occur);
    }
    // Look-ups and links need services: `linking` checks their records.
    let is_of_services = |member: &String| {
        ["/$defs/link", "/$defs/lookup", "properties/link", "properties/lookups"]
            .iter()
            .any(|part| member.contains(part))
    };
    members.retain(|member| !is_of_services(member));
    assert_eq!(occur, members, "what occurs is what is described");
}

/// A record without a member, or with one more, is refused.
#[test]
fn the_schema_refuses_a_changed_record() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let bundle = Bundle::with(&puppet("denies", "settings = { deny = [\"no\", \"No\"] }"));
    let mut lambda = start(&bundle.path(), &[]);
    lambda.invoke(event("sign-up.json"));
    let decision = lambda.decision_line();
    assert!(validator.is_valid(&decision));
    for member in decision.as_object().unwrap().keys() {
        let mut without = decision.clone();
        without.as_object_mut().unwrap().remove(member);
        assert!(!validator.is_valid(&without), "without {member}");
    }
    for (place, value) in [
        ("/userName", json!("mary_major")),
        ("/policies/0/message", json!("no")),
        ("/policies/0/ifEnforced", json!({ "answer": "admit", "differs": false })),
        ("/flags/confirm/setBy", json!([])),
    ] {
        let mut with = decision.clone();
        let (parent, member) = place.rsplit_once('/').unwrap();
        with.pointer_mut(parent).unwrap()[member] = value;
        assert!(!validator.is_valid(&with), "with {place}");
    }
}

#[test]
fn a_decision_says_what_decided_and_whether_the_start_was_cold() {
    let bundle = Bundle::sample();
    let mut lambda = start(&bundle.path(), &[]);
    let started = lambda.any_log_line();
    lambda.invoke(event("sign-up.json"));
    let first = lambda.decision_line();
    lambda.invoke(event("sign-up.json"));
    let second = lambda.decision_line();
    assert_eq!((&first["coldStart"], &second["coldStart"]), (&json!(true), &json!(false)));
    assert_eq!(first["bundle"], started["bundle"]);
    let index = fs::read_to_string(bundle.path().join("bundle.json")).unwrap();
    let index: Value = serde_json::from_str(&index).unwrap();
    for (decided, begun) in
        first["policies"].as_array().unwrap().iter().zip(started["policies"].as_array().unwrap())
    {
        let name = decided["policy"].as_str().unwrap();
        assert_eq!(decided["component"], index["bundle"]["components"][name]["source"]);
        assert_eq!(
            (&decided["policy"], &decided["component"]),
            (&begun["policy"], &begun["component"])
        );
    }
    let names = json!(["email-domain", "verify-contact"]);
    assert_eq!(
        first["flags"]["confirm"],
        json!({"set": true, "grantedBy": names, "withheldBy": []})
    );
}

/// The output of `printf %s mary_major | openssl dgst -sha256 -hmac KEY`.
#[test]
fn a_user_name_is_a_keyed_hash_and_only_where_there_is_a_key() {
    let bundle = Bundle::sample();
    let hash = |variables: &[(&str, &str)]| {
        let mut lambda = start(&bundle.path(), variables);
        lambda.invoke(event("sign-up.json"));
        lambda.decision_line()["userNameHash"].clone()
    };
    let expected = "hmac-sha256:8472c430afe71de8ac568d79992f3a396a03e33e67efc0286019581ad53e7c9b";
    assert_eq!(hash(&[KEY]), expected);
    let other = hash(&[(KEY.0, "another key of at least 32 bytes.")]);
    assert!(other.is_string() && other != expected);
    assert_eq!(hash(&[]), Value::Null);
    assert_eq!(hash(&[(KEY.0, "too short")]), Value::Null);
}

#[test]
fn metrics_are_one_line_a_decision_in_the_embedded_metric_format() {
    let manifest = puppet(
        "denies",
        "applies-to = { triggers = [\"PreSignUp_SignUp\"] }\nsettings = { deny = [\"a.code\", \"No\"] }",
    ) + &puppet("fails", "mode = \"monitor\"\nsettings = { crash = \"x\" }");
    let bundle = Bundle::with(&manifest);
    let mut lambda = start(&bundle.path(), &[("ADMIT_METRICS", "all")]);
    lambda.invoke(event("sign-up.json"));
    let decision = lambda.decision_line();
    let line = lambda.log_line();
    for (member, value) in [
        ("type", json!("metrics")),
        ("requestId", decision["requestId"].clone()),
        ("FunctionName", json!("admit")),
        ("Answer", json!("deny")),
        ("DeniedBy", json!("denies")),
        ("Code", json!("a.code")),
        ("FailedPolicy", json!("fails")),
        ("Kind", json!("trap")),
        ("Decisions", json!(1)),
        ("Denials", json!(1)),
        ("Failures", json!(1)),
        ("DecisionTime", decision["microseconds"].clone()),
    ] {
        assert_eq!(line[member], value, "{member} in {line}");
    }
    check_embedded_metrics(&line);
    // No policy is asked and none denies: there is no metric for that.
    lambda.invoke(event("admin-create-user.json"));
    lambda.decision_line();
    let line = lambda.log_line();
    check_embedded_metrics(&line);
    assert_eq!((&line["Answer"], &line["Denials"]), (&json!("admit"), &Value::Null));
    lambda.invoke(event("sign-up.json"));
    assert_eq!(lambda.log_line()["type"], "decision", "one line a decision");
}

/// The requirements of CloudWatch: each metric and dimension that a directive names is a
/// member of the line, metrics are numbers, dimensions texts, at most 30 of them.
fn check_embedded_metrics(line: &Value) {
    assert!(line["_aws"]["Timestamp"].as_u64().unwrap() > 1_700_000_000_000);
    let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
    for directive in directives {
        assert_eq!(directive["Namespace"], "Admit");
        for set in directive["Dimensions"].as_array().unwrap() {
            let set = set.as_array().unwrap();
            assert!(set.len() <= 30 && set.contains(&json!("FunctionName")));
            for dimension in set {
                assert!(line[dimension.as_str().unwrap()].is_string(), "{dimension} in {line}");
            }
        }
        for metric in directive["Metrics"].as_array().unwrap() {
            assert!(line[metric["Name"].as_str().unwrap()].is_u64(), "{metric} in {line}");
            assert!(["Count", "Microseconds"].contains(&metric["Unit"].as_str().unwrap()));
        }
    }
}

#[test]
fn the_number_of_metrics_is_limited() {
    let bundle = Bundle::with(
        "[[policy]]\nid = \"p\"\ncomponent = \"puppet\"\nreads = [\"userName\"]\n\
         verdicts = [\"deny\"]\nsettings = { deny-at-length = true }\n",
    );
    let variables = [("ADMIT_METRICS", "denials"), ("ADMIT_RECORD", "off")];
    let mut lambda = start(&bundle.path(), &variables);
    let given = event("sign-up.json");
    let mut codes = BTreeSet::new();
    for length in (1..=50).rev().chain(1..=50) {
        lambda.invoke(given.replace("mary_major", &"m".repeat(length)));
        codes.insert(lambda.log_line()["Code"].to_string());
    }
    assert_eq!(codes.len(), 21, "twenty, and `(other)`");
    assert!(codes.contains("\"(other)\""));
}

#[test]
fn each_kind_of_line_has_one_setting() {
    let bundle =
        Bundle::with(&puppet("p", "settings = { tell = \"all\", deny = [\"no\", \"No\"] }"));
    let lines = |variables: &[(&str, &str)]| {
        let mut lambda = start(&bundle.path(), variables);
        lambda.invoke(event("sign-up.json"));
        // The last line cannot be waited for, the end of the log can.
        lambda.end_log().iter().map(|line| line["type"].as_str().unwrap().to_owned()).collect()
    };
    let expect = |variables: &[(&str, &str)], expected: &[&str]| {
        let found: Vec<String> = lines(variables);
        let mut kinds: Vec<&str> = found.iter().map(String::as_str).collect();
        kinds.dedup();
        assert_eq!(kinds, expected, "{variables:?}");
    };
    expect(&[], &["started", "note", "decision"]);
    expect(&[("ADMIT_LOG", "off")], &["started", "decision"]);
    expect(&[("ADMIT_RECORD", "off")], &["note"]);
    expect(&[("ADMIT_RECORD", "off"), ("ADMIT_LOG", "off")], &[]);
    expect(
        &[("ADMIT_EVENTS", "denied"), ("ADMIT_LOG", "off")],
        &["started", "stored-event", "decision"],
    );
    expect(
        &[("ADMIT_METRICS", "time"), ("ADMIT_LOG", "error")],
        &["started", "decision", "metrics"],
    );
    expect(
        &[("ADMIT_METRICS", "none"), ("AWS_LAMBDA_LOG_LEVEL", "FATAL")],
        &["started", "decision"],
    );
    expect(&[("ADMIT_LOG", "debug"), ("ADMIT_RECORD", "off")], &["event", "note", "evaluated"]);
    expect(
        &[("ADMIT_METRICS", "everything"), ("ADMIT_LOG", "warn")],
        &["ignored-variable", "started", "decision"],
    );
}

/// Every line says when it was written and how much it matters, which Lambda's own filters and
/// every log reader go by.
#[test]
fn every_line_has_a_time_and_a_level() {
    let bundle =
        Bundle::with(&puppet("p", "settings = { tell = \"all\", deny = [\"no\", \"No\"] }"));
    let mut lambda = start(&bundle.path(), &[("ADMIT_LOG", "trace"), ("ADMIT_METRICS", "all")]);
    lambda.invoke(event("sign-up.json"));
    lambda.invoke("not JSON");
    for line in lambda.end_log() {
        if line["type"] == "metrics" {
            continue;
        }
        let time = line["timestamp"].as_str().unwrap();
        assert!(time.len() >= 20 && time.contains('T') && time.ends_with('Z'), "{line}");
        let level = line["level"].as_str().unwrap();
        assert!(["ERROR", "WARN", "INFO", "DEBUG"].contains(&level), "{line}");
    }
}

#[test]
fn a_policy_that_monitors_changes_the_record_and_nothing_else() {
    let grants = puppet("grants", "settings = { confirm = \"grant\" }");
    let answer_and_record = |monitored: &str| {
        let bundle = Bundle::with(&(grants.clone() + monitored));
        let mut lambda = start(&bundle.path(), &[]);
        let answer = lambda.invoke(event("sign-up.json"));
        (answer, lambda.decision_line())
    };
    let (without, _) = answer_and_record("");
    assert!(matches!(without, Answer::Response(_)));
    let flags =
        |confirm: bool| json!({"confirm": confirm, "verify-email": false, "verify-phone": false});
    for (lines, expected) in [
        (
            "settings = { deny = [\"no\", \"No\"] }",
            json!({"answer": "deny", "deniedBy": "p", "grounds": "denial", "differs": true}),
        ),
        (
            "settings = { crash = \"x\" }",
            json!({"answer": "deny", "deniedBy": "p", "grounds": "failure", "differs": true}),
        ),
        (
            "on-failure = \"abstain\"\nsettings = { crash = \"x\" }",
            json!({"answer": "admit", "flags": flags(true), "differs": false}),
        ),
        (
            "settings = { confirm = \"withhold\" }",
            json!({"answer": "admit", "flags": flags(false), "differs": true}),
        ),
        ("", json!({"answer": "admit", "flags": flags(true), "differs": false})),
    ] {
        let monitored = puppet("p", &format!("mode = \"monitor\"\n{lines}"));
        let (answer, record) = answer_and_record(&monitored);
        assert_eq!(answer, without, "{lines}");
        assert_eq!(record["policies"][1]["ifEnforced"], expected, "{lines}");
        assert_eq!(record["policies"][0]["ifEnforced"], Value::Null);
        // And that is what is answered once it is enforced.
        let (answer, record) = answer_and_record(&puppet("p", lines));
        assert_eq!(answer != without, expected["differs"], "{lines}");
        assert_eq!(record["answer"], expected["answer"], "{lines}");
    }
}
