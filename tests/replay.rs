//! Events that the function stored, decided anew: from its own log, by a changed manifest.

use admit_tests::{
    Bundle, Lambda, PERSONAL, Served, SignUp, admit, component, event, root, stderr, stdout,
};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

/// A policy that denies short user names, and one that confirms.
fn manifest(characters: usize) -> String {
    format!(
        "[[policy]]\nid = \"verify-contact\"\ncomponent = {:?}\n\
         reads = [\"userAttributes.email\"]\nverdicts = [\"confirm\", \"verify-email\"]\n\
         [[policy]]\nid = \"length\"\ncomponent = {:?}\nreads = [\"userName\"]\n\
         verdicts = [\"deny\"]\nsettings = {{ characters = {characters} }}\n",
        component("verify-contact"),
        component("minimum-username-length"),
    )
}

/// The function with these variables.
fn start(bundle: &Bundle, variables: &[(&str, &str)]) -> Lambda {
    Lambda::start_with(&bundle.path(), variables.iter().copied())
}

/// The log of the function after these sign-ups.
fn log(variables: &[(&str, &str)], sign_ups: &[SignUp]) -> Vec<Value> {
    let bundle = Bundle::with(&manifest(5));
    let mut lambda = start(&bundle, variables);
    for sign_up in sign_ups {
        lambda.invoke(sign_up.event());
    }
    lambda.end_log()
}

/// The stored events of a log, by their requests.
fn stored(log: &[Value]) -> Vec<(&str, Option<&str>)> {
    log.iter()
        .filter(|line| line["type"] == "stored-event")
        .map(|line| (line["requestId"].as_str().unwrap(), line["event"].as_str()))
        .collect()
}

fn text(log: &[Value]) -> String {
    log.iter().map(|line| format!("{line}\n")).collect()
}

/// A folder with a log and manifests.
fn workplace(log: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("admit.log"), log).unwrap();
    fs::write(folder.path().join("admit.toml"), manifest(5)).unwrap();
    fs::write(folder.path().join("new.toml"), manifest(8)).unwrap();
    folder
}

fn replay(folder: &Path, args: &[&str]) -> Output {
    admit().arg("replay").args(args).current_dir(folder).output().unwrap()
}

fn report(folder: &Path, args: &[&str]) -> (Value, i32) {
    let output = replay(folder, &[args, &["--format", "json"]].concat());
    let report = serde_json::from_str(&stdout(&output));
    (report.unwrap_or_else(|_| panic!("{}", stderr(&output))), output.status.code().unwrap())
}

#[test]
fn events_of_the_function_are_replayed() {
    let sign_ups = SignUp::many(60);
    let log = log(&[("ADMIT_EVENTS", "all")], &sign_ups);
    // The event is stored whole, to the byte.
    let events: Vec<String> = sign_ups.iter().map(SignUp::event).collect();
    let expected: Vec<_> = events.iter().map(|event| Some(event.as_str())).collect();
    let found: Vec<_> = stored(&log).into_iter().map(|(_, event)| event).collect();
    assert_eq!(found, expected);

    let folder = workplace(&text(&log));
    let (same, status) = report(folder.path(), &["admit.log"]);
    assert_eq!((status, &same["groups"]), (0, &json!([])));
    assert_eq!((&same["totals"]["signUps"], &same["totals"]["same"]), (&json!(60), &json!(60)));
    // The `started` line.
    assert_eq!(
        same["skipped"]["otherLine"],
        log.iter().filter(|l| l["type"] != "decision" && l["type"] != "stored-event").count()
    );

    let (changed, status) = report(folder.path(), &["admit.log", "--manifest", "new.toml"]);
    assert_eq!(status, 3);
    let flips: Vec<String> = sign_ups
        .iter()
        .enumerate()
        .filter(|(_, sign_up)| (5..8).contains(&sign_up.characters))
        .map(|(index, _)| format!("request-{}", index + 1))
        .collect();
    assert!(flips.len() > 5, "{flips:?}");
    let groups = changed["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 1, "{groups:?}");
    assert_eq!(
        groups[0],
        json!({
            "change": "now-denied", "policy": "length", "code": "username-too-short",
            "count": flips.len(), "signUps": flips,
        })
    );
    let bundle = Bundle::with(&manifest(8));
    let place = bundle.path();
    let (by_bundle, _) =
        report(folder.path(), &["admit.log", "--manifest", place.to_str().unwrap()]);
    assert_eq!(by_bundle["groups"], changed["groups"]);
    let output = replay(folder.path(), &["admit.log", "--manifest", "new.toml"]);
    let table = stdout(&output);
    assert!(table.contains("length denies: username-too-short"), "{table}");
    assert!(table.starts_with("old  recorded decisions\nnew  new.toml\n"), "{table}");
    for text in [table, stderr(&output), changed.to_string()] {
        assert!(!text.contains(PERSONAL), "{text}");
    }
}

/// The log comes in the forms that the AWS CLI has, twice, in pieces, and with other lines.
#[test]
fn a_log_is_read_in_every_format() {
    let sign_ups = SignUp::many(12);
    let log = log(&[("ADMIT_EVENTS", "all"), ("ADMIT_METRICS", "all")], &sign_ups);
    let tail: String = log
        .iter()
        .map(|l| format!("2026-11-22T18:00:00.000000+00:00 2026/11/22/[$LATEST]0f {l}\n"))
        .collect();
    let tail = tail
        + "2026-11-22T18:00:01 2026/11/22/[$LATEST]0f REPORT RequestId: request-1 Duration: 2 ms\n";
    let messages: Vec<Value> =
        log.iter().map(|line| json!({"message": format!("{line}\n"), "eventId": "1"})).collect();
    let folder = workplace(&tail);
    let filter =
        serde_json::to_string_pretty(&json!({"events": messages, "searchedLogStreams": []}));
    fs::write(folder.path().join("filter.json"), filter.unwrap()).unwrap();
    let expected = report(folder.path(), &["admit.log", "--manifest", "new.toml"]).0;
    assert_eq!(expected["totals"]["signUps"], 12);
    for records in [&["filter.json"][..], &["admit.log", "filter.json"], &["."]] {
        let found = report(folder.path(), &[records, &["--manifest", "new.toml"]].concat()).0;
        assert_eq!(found["groups"], expected["groups"], "{records:?}");
        assert_eq!(found["totals"], expected["totals"], "{records:?}");
        let twice = if records.len() == 1 && records[0] != "." { Value::Null } else { json!(24) };
        assert_eq!(found["skipped"]["repeatedLine"], twice, "{records:?}");
    }
    // Events without decisions and decisions without events take no part.
    let is = |line: &Value, kind: &str, id: &str| line["type"] == kind && line["requestId"] == id;
    let without: Vec<Value> = log
        .iter()
        .filter(|line| !is(line, "decision", "request-1") && !is(line, "stored-event", "request-2"))
        .cloned()
        .collect();
    fs::write(folder.path().join("admit.log"), text(&without) + "{\"type\":\"decision\"\n")
        .unwrap();
    let (found, _) = report(folder.path(), &["admit.log"]);
    assert_eq!(found["totals"]["signUps"], 10);
    for (kind, count) in
        [("eventWithoutDecision", 1), ("decisionWithoutEvent", 1), ("unreadable", 1)]
    {
        assert_eq!(found["skipped"][kind], count, "{kind} in {found}");
    }
}

#[test]
fn events_are_stored_only_where_the_operator_asks() {
    let sign_ups = SignUp::many(30);
    let count = |choice: &str| stored(&log(&[("ADMIT_EVENTS", choice)], &sign_ups)).len();
    assert!(stored(&log(&[], &sign_ups)).is_empty());
    for (choice, expected) in [("none", 0), ("", 0), ("everything", 0), ("all", 30), ("100%", 30)] {
        assert_eq!(count(choice), expected, "{choice}");
    }
    let short = sign_ups.iter().filter(|sign_up| sign_up.characters < 5).count();
    assert!(short > 0 && short < 30);
    assert_eq!(count("denied"), short);
    let half = count("50%");
    assert!((5..=25).contains(&half), "{half}");
    // Neither the level of the log nor the records have a say in it.
    let silent = [("ADMIT_EVENTS", "all"), ("ADMIT_LOG", "off"), ("ADMIT_RECORD", "off")];
    let log = log(&silent, &sign_ups);
    assert!(log.len() == 30 && log.iter().all(|line| line["type"] == "stored-event"));
    // Without records there is nothing to compare with, and it says so.
    let folder = workplace(&text(&log));
    let output = replay(folder.path(), &["admit.log"]);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(
        said.contains("no sign-ups to replay: found 30 events without their decisions"),
        "{said}"
    );
    assert!(said.contains("`ADMIT_EVENTS`") && !said.contains(PERSONAL), "{said}");
}

/// A line that might be cut on its way is not written.
#[test]
fn an_event_that_is_too_large_is_reported_and_not_stored() {
    let schema = fs::read_to_string(root().join("schemas/stored-event.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let bundle = Bundle::with(&manifest(5));
    let mut lambda = start(&bundle, &[("ADMIT_EVENTS", "all")]);
    let pretty = event("sign-up.json");
    assert!(pretty.contains('\n'), "it is one line of the log all the same");
    let large = |length: usize| pretty.replace("Mary", &"x".repeat(length));
    let events = [pretty.clone(), large(200 << 10), large(256 << 10), large(1_000_000)];
    for event in &events {
        lambda.invoke(event.clone());
    }
    // An invalid event is not stored.
    lambda.invoke("{\"request\":7}");
    let log = lambda.end_log();
    let lines: Vec<&Value> = log.iter().filter(|line| line["type"] == "stored-event").collect();
    assert_eq!(lines.len(), 4);
    for (line, event) in lines.iter().zip(&events) {
        let errors: Vec<String> = schema.iter_errors(line).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(line["bytes"], event.len());
        assert!(line.to_string().len() < 256 << 10);
    }
    let kept: Vec<bool> = lines.iter().map(|line| line["event"].is_string()).collect();
    assert_eq!(kept, [true, true, false, false]);
    let folder = workplace(&text(&log));
    let (report, status) = report(folder.path(), &["admit.log"]);
    assert_eq!((status, &report["totals"]["signUps"]), (0, &json!(2)));
    assert_eq!(report["skipped"]["eventTooLarge"], 2);
}

/// Its ids begin anew with each start, and the logs of two starts are no less told apart.
#[test]
fn a_log_of_admit_serve_is_replayed() {
    let log: String = [3, 9]
        .into_iter()
        .map(|characters| {
            let folder = workplace("");
            let mut command = admit();
            command.env("ADMIT_EVENTS", "all").args(["serve", "--manifest"]);
            command.arg(folder.path().join("admit.toml"));
            let served = Served::start_command(command);
            served.invoke(&SignUp { characters, domain: "example.com", has_phone: false }.event());
            served.end_log()
        })
        .collect();
    let folder = workplace(&log);
    let (same, status) = report(folder.path(), &["admit.log"]);
    assert_eq!((status, &same["totals"]["signUps"]), (0, &json!(2)), "{same}");
    fs::write(folder.path().join("new.toml"), manifest(2)).unwrap();
    let (changed, status) = report(folder.path(), &["admit.log", "--manifest", "new.toml"]);
    assert_eq!((status, &changed["totals"]["nowAdmitted"]), (3, &json!(1)), "{changed}");
}

#[test]
fn a_log_without_events_is_an_error() {
    let folder = workplace("");
    for (args, said) in [
        (&["admit.log"][..], "no sign-ups to replay: found nothing"),
        (&["nowhere.log"], "cannot read `nowhere.log`"),
        (&["admit.log", "--manifest", "nowhere.toml"], "`nowhere.toml` not found"),
    ] {
        let output = replay(folder.path(), args);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
    }
    // An event by itself has no decision of that time.
    fs::write(folder.path().join("event.json"), event("sign-up.json")).unwrap();
    let output = replay(folder.path(), &["event.json"]);
    assert!(stderr(&output).contains("use `admit diff` for events"), "{}", stderr(&output));
    assert_eq!(replay(folder.path(), &[]).status.code(), Some(2));
}
