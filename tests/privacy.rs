//! No value of the person signing up gets into the log, an error or a record, but in a
//! policy's own words, and not even there where the manifest discards them.

use admit_tests::{Answer, Bundle, Lambda, bootstrap, event};
use serde_json::{Map, Value};
use std::fs;
use std::process::Command;
use tempfile::TempDir;

/// Part of every value in the events below.
const CANARY: &str = "CANARY";

/// An event with every member that there is, and a canary in each.
fn event_of_canaries() -> Value {
    let mut event: Value = serde_json::from_str(&event("unknown-members.json")).unwrap();
    let metadata: Value =
        serde_json::from_str(&admit_tests::event("sign-up-with-metadata.json")).unwrap();
    event["request"]["clientMetadata"] = metadata["request"]["clientMetadata"].clone();
    event["request"]["validationData"] = metadata["request"]["validationData"].clone();
    let mut count = 0;
    poison(&mut event, &mut count);
    // Only a known trigger is decided. No trigger of Cognito has a blank.
    event["triggerSource"] = format!("PreSignUp_ {CANARY}").into();
    assert!(count > 12, "{event}");
    event
}

/// Puts a canary into every value, and beside every name that is the sender's to choose.
fn poison(value: &mut Value, count: &mut u32) {
    *count += 1;
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(|member| poison(member, count));
            members.insert(format!("{CANARY}-{count}"), format!("{CANARY}-{count}").into());
        }
        Value::Array(items) => items.iter_mut().for_each(|item| poison(item, count)),
        // Cognito reads these three.
        Value::Bool(_) => {}
        Value::Null | Value::Number(_) | Value::String(_) => {
            *value = format!("{CANARY}-{count}").into();
        }
    }
}

/// The function with its standard error in a file.
struct Watched {
    lambda: Lambda,
    folder: TempDir,
    _bundle: Bundle,
}

impl Watched {
    fn start(bundle: Bundle) -> Watched {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(bootstrap());
        let errors = fs::File::create(folder.path().join("stderr")).unwrap();
        // Everything that it can be made to tell.
        command
            .env("ADMIT_LOG", "trace")
            .env("ADMIT_METRICS", "all")
            .env("ADMIT_USER_NAME_KEY", "0123456789abcdef0123456789abcdef");
        command.env("ADMIT_BUNDLE", bundle.path()).stderr(errors);
        Watched { lambda: Lambda::start_command(command), folder, _bundle: bundle }
    }

    /// All lines of one invocation but the notes, which are returned.
    fn check_lines(&self) -> Vec<Value> {
        let mut notes = Vec::new();
        loop {
            let line = self.lambda.log_line();
            if line["type"] == "note" {
                notes.push(line);
                continue;
            }
            assert!(!line.to_string().contains(CANARY), "{line}");
            // The last of each.
            if line["type"] == "metrics" || line["type"] == "invalid-event" {
                break;
            }
        }
        let errors = fs::read_to_string(self.folder.path().join("stderr")).unwrap();
        assert!(!errors.contains(CANARY), "{errors}");
        notes
    }
}

/// A puppet that sees everything, with these lines in its entry.
fn puppet(lines: &str) -> String {
    format!(
        "[[policy]]\nid = \"p\"\ncomponent = \"puppet\"\n\
         reads = [\"userName\", \"userAttributes.*\", \"validationData.*\", \"clientMetadata.*\"]\n\
         verdicts = [\"deny\", \"confirm\"]\n{lines}\n"
    )
}

#[test]
fn a_decision_leaks_no_canary() {
    let event = event_of_canaries().to_string();
    for (lines, is_told_to_the_person) in [
        ("settings = { confirm = \"grant\" }", false),
        ("settings = { leak = \"crash\" }", false),
        ("settings = { spin = 1_000_000_000_000 }", false),
        ("log = \"discard\"\nsettings = { tell = \"all\" }", false),
        ("log = \"discard\"\nsettings = { leak = \"failure\" }", false),
        // The message of a denial is for the person, whose value it is; the code is not.
        ("settings = { leak = \"denial\" }", true),
        ("log = \"discard\"\nsettings = { leak = \"denial\" }", true),
    ] {
        let mut watched = Watched::start(Bundle::with(&puppet(lines)));
        let told = match watched.lambda.invoke(event.clone()) {
            Answer::Error(error) => error.contains(CANARY),
            // The event as it was.
            Answer::Response(_) => false,
            Answer::Nothing => panic!("no answer to {lines}"),
        };
        assert_eq!(told, is_told_to_the_person, "{lines}");
        assert_eq!(watched.check_lines(), Vec::<Value>::new(), "{lines}");
    }
}

/// Where the operator asks for whole events, they are in lines that say so, and nowhere else.
#[test]
fn an_event_is_stored_only_on_request() {
    let event = event_of_canaries().to_string();
    for (choice, is_stored) in
        [(None, false), (Some("none"), false), (Some("yes"), false), (Some("all"), true)]
    {
        let bundle = Bundle::sample();
        let events = choice.map(|choice| ("ADMIT_EVENTS", choice));
        let variables = events.into_iter().chain([("ADMIT_LOG", "trace")]);
        let mut lambda = Lambda::start_with(&bundle.path(), variables);
        lambda.invoke(event.clone());
        let log = lambda.end_log();
        let (stored, others): (Vec<&Value>, Vec<&Value>) =
            log.iter().partition(|line| line["type"] == "stored-event");
        assert!(others.len() > 3, "{others:?}");
        assert!(others.iter().all(|line| !line.to_string().contains(CANARY)), "{others:?}");
        let stored: Vec<_> = stored.iter().map(|line| line["event"].as_str().unwrap()).collect();
        assert_eq!(stored, Vec::from_iter(is_stored.then_some(event.as_str())), "{choice:?}");
    }
}

#[test]
fn the_samples_leak_no_canary() {
    let mut watched = Watched::start(Bundle::sample());
    watched.lambda.invoke(event_of_canaries().to_string());
    assert_eq!(watched.check_lines(), Vec::<Value>::new());
}

/// The one exception: a policy's own words, in lines that say that they are.
#[test]
fn a_policys_own_words_are_marked_and_capped() {
    let lines = "settings = { tell = \"all\" }\nlimits = { log-lines = 3 }";
    let mut watched = Watched::start(Bundle::with(&puppet(lines)));
    watched.lambda.invoke(event_of_canaries().to_string());
    let notes = watched.check_lines();
    assert_eq!(notes.len(), 3);
    for note in &notes {
        assert_eq!((&note["type"], &note["policy"]), (&"note".into(), &"p".into()));
    }
    assert!(notes[1]["message"].as_str().unwrap().contains(CANARY), "{notes:?}");

    let mut watched = Watched::start(Bundle::with(&puppet("settings = { leak = \"failure\" }")));
    watched.lambda.invoke(event_of_canaries().to_string());
    let notes = watched.check_lines();
    assert!(notes[0]["message"].as_str().unwrap().contains(CANARY), "{notes:?}");
}

/// The runtime library reads it, and gives up at what it does not expect.
#[test]
fn an_unreadable_context_leaks_no_canary() {
    let header = format!("lambda-runtime-client-context: {{\"client\":\"{CANARY}\"}}");
    let bundle = Bundle::sample();
    let mut lambda = Lambda::start(&bundle.path());
    let answered = lambda.send_with_header(event("sign-up.json"), &header);
    assert_eq!(lambda.wait(), Some(1), "it ends, and Lambda starts another");
    drop(answered);
    let lines = lambda.end_log();
    assert_eq!(lines.last().unwrap()["type"], "error");
    assert!(lines.iter().all(|line| !line.to_string().contains(CANARY)), "{lines:?}");

    // One of many workers ends: that is said, and the others go on.
    let mut lambda = Lambda::start_many(&bundle.path(), 4);
    let answered = lambda.send_with_header(event("sign-up.json"), &header);
    let line = lambda.log_line();
    assert_eq!(line["type"], "runtime-error", "{line}");
    assert!(!line.to_string().contains(CANARY), "{line}");
    let all = event("sign-up.json").replace("false", "true");
    assert_eq!(lambda.invoke(event("sign-up.json")), Answer::Response(all));
    drop(answered);
}

#[test]
fn an_invalid_event_leaks_no_canary() {
    let mut watched = Watched::start(Bundle::sample());
    let whole = event_of_canaries().to_string();
    let with = |path: &[&str], value: Value| {
        let mut event = event_of_canaries();
        let mut at = &mut event;
        for member in path {
            at = &mut at[*member];
        }
        *at = value;
        event.to_string()
    };
    let object = || Value::Object(Map::from_iter([(CANARY.to_owned(), CANARY.into())]));
    let events = [
        whole[..whole.len() / 2].to_owned(),
        format!("{whole}{CANARY}"),
        CANARY.to_owned(),
        format!("\"{CANARY}\""),
        format!("[\"{CANARY}\"]"),
        format!("{{\"{CANARY}\"}}"),
        format!("{{\"userName\":\"{CANARY}\",\"userName\":\"{CANARY}\"}}"),
        format!("{{\"userName\":\"\\ud800{CANARY}\"}}"),
        with(&["userName"], object()),
        with(&["request"], CANARY.into()),
        with(&["request", "userAttributes"], CANARY.into()),
        with(&["request", "userAttributes"], Value::Array(vec![CANARY.into()])),
        with(&["response"], CANARY.into()),
        with(&["callerContext"], CANARY.into()),
    ];
    let mut invalid = 0;
    for event in events {
        // An event that can be decided comes back unchanged.
        if let Answer::Error(error) = watched.lambda.invoke(event.clone()) {
            assert!(!error.contains(CANARY), "{event}: {error}");
            invalid += u32::from(error.contains("InvalidEvent"));
        }
        watched.check_lines();
    }
    assert!(invalid > 8, "{invalid}");
}
