//! No line of the log exceeds what CloudWatch Logs takes, for any number of policies and any length
//! of what they write.

use admit_tests::{Answer, Bundle, Lambda, changed_guest, event, root};
use serde_json::{Value, json};
use std::fs;
use std::iter;

/// The end of a line is part of it.
const MAX: usize = 256 << 10;

/// The lines of the function for one sign-up, and the answer.
fn log(bundle: &Bundle, event: &str) -> (Answer, Vec<Value>) {
    let mut lambda = Lambda::start(&bundle.path());
    let answer = lambda.invoke(event);
    let lines = lambda.end_log_lines();
    assert!(lines.iter().all(|line| line.len() + 1 < MAX), "{answer:?}");
    (answer, lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn the<'a>(lines: &'a [Value], kind: &str) -> &'a Value {
    lines.iter().find(|line| line["type"] == kind).unwrap()
}

#[track_caller]
fn check_schema(decision: &Value) {
    let schema = fs::read_to_string(root().join("schemas/decision.schema.json")).unwrap();
    let schema = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(decision).map(|e| e.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

fn list<'a>(line: &'a Value, place: &str) -> &'a Vec<Value> {
    line.pointer(place).unwrap().as_array().unwrap()
}

/// Each of a client of its own, but for one.
#[test]
fn ten_thousand_tenants_make_no_record_longer() {
    let policy = |number: usize| {
        format!(
            "[[policy]]\nid = \"tenant-{number:05}-{}\"\ncomponent = \"grants-everything\"\n\
             reads = []\nverdicts = [\"confirm\"]\n\
             applies-to = {{ clients = [\"{number:05}example123456789\"] }}\n",
            "x".repeat(51)
        )
    };
    let manifest: String = (0..10_000).map(policy).collect();
    let own = event("sign-up.json").replace("1example23456789", "07321example123456789");
    let (answer, lines) = log(&Bundle::unchecked(&manifest).unwrap(), &own);
    assert_eq!(answer, Answer::Response(own.replacen("false", "true", 1)));
    let started = the(&lines, "started");
    let named = list(started, "/policies").len();
    assert!(named > 1_000, "{named}");
    assert_eq!(started["cut"], json!({ "policies": 10_000 - named }));
    let decision = the(&lines, "decision");
    check_schema(decision);
    assert_eq!((&decision["notAsked"], &decision["cut"]), (&json!(9_999), &Value::Null));
    assert!(decision.to_string().len() < 2_000, "{decision}");
}

/// A decision with more policies than a line has room for: some abstain, more vote, some fail,
/// and the last one denies.
pub(crate) fn crowded_decision() -> Value {
    const ALL: &str = "[\"deny\", \"confirm\", \"verify-email\", \"verify-phone\"]";
    let policy = |(number, (component, lines)): (usize, (&str, &str))| {
        format!(
            "[[policy]]\nid = \"p{number:04}-{}\"\ncomponent = \"{component}\"\nreads = []\n\
             verdicts = {ALL}\n{lines}\n",
            "x".repeat(58)
        )
    };
    let abstain = ("puppet", "");
    let vote = ("grants-everything", "");
    let fail = ("puppet", "on-failure = \"abstain\"\nsettings = { fail = \"x\" }");
    let deny = ("puppet", "settings = { deny = [\"no\", \"No\"] }");
    let kinds = [(abstain, 1_000), (vote, 1_900), (fail, 99), (deny, 1)];
    let all = kinds.into_iter().flat_map(|(kind, count)| std::iter::repeat_n(kind, count));
    let manifest: String = all.enumerate().map(policy).collect();
    let bundle = Bundle::unchecked(&format!("budget = \"4s\"\n{manifest}")).unwrap();
    // On a machine that is busy, time may run out for some.
    let mut decisions = iter::repeat_with(|| {
        let (_, lines) = log(&bundle, &event("sign-up.json"));
        the(&lines, "decision").clone()
    });
    let is_whole = |decision: &Value| {
        list(decision, "/policies").iter().all(|policy| policy["kind"] != "budget")
    };
    decisions.by_ref().take(10).find(is_whole).expect("a decision for which there was time")
}

#[test]
fn a_record_that_is_cut_keeps_the_answer() {
    let decision = crowded_decision();
    check_schema(&decision);
    let policies = list(&decision, "/policies");
    let cut = |member: &str| decision["cut"][member].as_u64().unwrap() as usize;
    assert_eq!(cut("policies") + policies.len(), 3_000);
    assert!(decision.to_string().len() > MAX - (4 << 10), "there was room for more");
    // In the manifest's order: first those that voted, as many as there is room for.
    let voted = policies.iter().take_while(|policy| policy["opinion"] == "allow").count();
    let ids: Vec<usize> = policies
        .iter()
        .map(|policy| policy["policy"].as_str().unwrap()[1..5].parse().unwrap())
        .collect();
    let expected: Vec<usize> = (1_000..1_000 + voted).chain(2_900..3_000).collect();
    assert_eq!(ids, expected);
    let last = policies.last().unwrap();
    assert_eq!((&last["policy"], &last["opinion"]), (&decision["deniedBy"], &json!("deny")));
    for flag in ["confirm", "verify-email", "verify-phone"] {
        let names = list(&decision, &format!("/flags/{flag}/grantedBy"));
        assert_eq!((names.len(), &names[0]), (100, &policies[0]["policy"]));
    }
    assert_eq!(cut("names"), 3 * 1_800);
}

#[test]
fn a_note_that_is_cut_says_how_much_is_left_out() {
    // One note of quotes, each of which a line has two characters for.
    let guest = changed_guest(
        "floods-log",
        &[
            ("(i32.const 97)", "(i32.const 34)"),
            ("(i32.const 61440)", "(i32.const 250000)"),
            ("(i32.const 10000)", "(i32.const 1)"),
            ("(memory (export \"memory\") 2)", "(memory (export \"memory\") 6)"),
        ],
    );
    let folder = tempfile::tempdir().unwrap();
    let component = folder.path().join("quotes.wasm");
    fs::write(&component, guest).unwrap();
    let bundle = Bundle::with(&format!(
        "[[policy]]\nid = \"p\"\ncomponent = {component:?}\nreads = []\nverdicts = []\n\
         limits = {{ log-bytes = \"256KiB\", host-call = \"1MiB\" }}\n"
    ));
    let (_, lines) = log(&bundle, &event("sign-up.json"));
    let note = the(&lines, "note");
    let kept = note["message"].as_str().unwrap();
    assert_eq!(kept.len() as u64 + note["cut"].as_u64().unwrap(), 250_000);
    assert!(kept.len() > 120_000, "{}", kept.len());
}
