//! The log and the answers when the log cannot be written or is not read.

use admit_core::FAILURE_MESSAGE;
use admit_tests::{Answer, Bundle, Lambda, bootstrap, event};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, BufRead, BufReader, PipeReader};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A function, and what it writes to standard error.
fn start(bundle: &Bundle, at_once: usize, out: impl Into<Stdio>) -> (Lambda, PipeReader) {
    let (told, errors) = io::pipe().unwrap();
    let mut command = Command::new(bootstrap());
    command.env("ADMIT_BUNDLE", bundle.path()).stderr(errors);
    command.env("AWS_LAMBDA_MAX_CONCURRENCY", at_once.to_string());
    (Lambda::start_writing_to(command, out), told)
}

/// The lines of a log that are whole.
fn lines(pipe: PipeReader) -> Vec<Value> {
    let lines = BufReader::new(pipe).lines().map(Result::unwrap);
    lines.filter_map(|line| serde_json::from_str(&line).ok()).collect()
}

fn of_kind<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["type"] == kind).collect()
}

/// The answer to `sign-up.json` by the samples.
fn confirmed() -> Answer {
    Answer::Response(event("sign-up.json").replace("false", "true"))
}

/// Longer than the log is waited for, and than a sign-up takes on a busy machine.
const SOON: Duration = Duration::from_secs(2);

#[test]
fn a_log_without_a_reader_delays_no_answer() {
    let bundle = Bundle::sample();
    for at_once in [1, 8] {
        let (log, out) = io::pipe().unwrap();
        let (mut lambda, told) = start(&bundle, at_once, out);
        let given = event("sign-up.json");
        // A pipe has room for some forty records.
        const SIGN_UPS: usize = 200;
        for _ in 0..SIGN_UPS / at_once {
            let start = Instant::now();
            for answer in lambda.invoke_all(vec![given.as_str(); at_once]) {
                assert_eq!(answer, confirmed());
            }
            assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
        }
        // Once the log is read, the next line says how much is missing.
        let reading = thread::spawn(|| lines(log));
        thread::sleep(Duration::from_millis(200));
        assert_eq!(lambda.invoke(given), confirmed());
        drop(lambda);
        let lines = reading.join().unwrap();
        let decisions = of_kind(&lines, "decision");
        let lost = of_kind(&lines, "lost-lines");
        let [lost] = lost[..] else { panic!("{lost:?}") };
        assert!(decisions.len() < SIGN_UPS, "{}", decisions.len());
        assert_eq!(decisions.len() + number(lost, "decisions"), SIGN_UPS + 1);
        assert_eq!(lost["level"], "ERROR");
        // The one on standard error came when the first was lost.
        let told = self::lines(told);
        assert_eq!((told.len(), number(&told[0], "decisions")), (1, 1), "{told:?}");
    }
}

fn number(line: &Value, member: &str) -> usize {
    usize::try_from(line[member].as_u64().unwrap()).unwrap()
}

#[test]
fn a_log_that_cannot_be_written_is_reported_on_standard_error() {
    let bundle = Bundle::sample();
    let (reader, closed) = io::pipe().unwrap();
    drop(reader);
    let full = File::options().write(true).open("/dev/full").unwrap();
    for (out, why) in [(Stdio::from(closed), "Broken pipe"), (full.into(), "No space left")] {
        let (mut lambda, told) = start(&bundle, 1, out);
        for _ in 0..3 {
            assert_eq!(lambda.invoke(event("sign-up.json")), confirmed());
        }
        drop(lambda);
        let told = lines(told);
        let [line] = &told[..] else { panic!("{told:?}") };
        assert_eq!(line["type"], "lost-lines");
        assert!(line["error"].as_str().unwrap().contains(why), "{line}");
    }
}

#[test]
fn a_required_record_that_cannot_be_written_denies() {
    let manifest = "record = \"required\"\n[[policy]]\nid = \"p\"\ncomponent = \"puppet\"\nreads = []\n\
                    verdicts = [\"confirm\"]\nsettings = { confirm = \"grant\" }\n";
    let bundle = Bundle::with(manifest);
    let given = event("sign-up.json");
    let admitted = Answer::Response(given.replacen("false", "true", 1));
    let denied = |answer: &Answer| {
        let Answer::Error(error) = answer else { return false };
        let error: Value = serde_json::from_str(error).unwrap();
        assert_eq!(error["errorMessage"], FAILURE_MESSAGE);
        assert_eq!(error["errorType"], "RecordFailure");
        true
    };
    let (reader, closed) = io::pipe().unwrap();
    drop(reader);
    let open = |name| File::options().write(true).open(name).unwrap();
    for out in [Stdio::from(closed), open("/dev/full").into(), open("/dev/null").into()] {
        let (mut lambda, told) = start(&bundle, 1, out);
        assert!((0..3).all(|_| denied(&lambda.invoke(given.clone()))));
        drop(lambda);
        assert!(!of_kind(&lines(told), "lost-lines").is_empty());
    }

    // The log is read, then not, and then again.
    let (log, out) = io::pipe().unwrap();
    let (mut lambda, _told) = start(&bundle, 1, out);
    assert_eq!(lambda.invoke(given.clone()), admitted);
    let answers: Vec<Answer> = (0..100).map(|_| lambda.invoke(given.clone())).collect();
    let refused = answers.iter().filter(|answer| denied(answer)).count();
    assert!((1..100).contains(&refused), "{refused}");
    let reading = thread::spawn(|| lines(log));
    thread::sleep(Duration::from_millis(200));
    assert_eq!(lambda.invoke(given), admitted);
    drop(lambda);
    let lines = reading.join().unwrap();
    // The log has the admitted sign-ups and no others.
    assert_eq!(of_kind(&lines, "decision").len(), 102 - refused);
    let lost: usize =
        of_kind(&lines, "lost-lines").iter().map(|line| number(line, "decisions")).sum();
    assert_eq!(refused, lost);
}

#[test]
fn a_required_record_overrides_the_environment() {
    let policy = "[[policy]]\nid = \"p\"\ncomponent = \"puppet\"\nreads = []\nverdicts = []\n";
    let bundle = Bundle::with(&format!("record = \"required\"\n{policy}"));
    let mut lambda = Lambda::start_with(&bundle.path(), [("ADMIT_RECORD", "off")]);
    assert!(matches!(lambda.invoke(event("sign-up.json")), Answer::Response(_)));
    let lines = lambda.end_log();
    let kinds: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["ignored-variable", "started", "decision"]);
    assert_eq!(lines[0]["variable"], "ADMIT_RECORD");
}

#[test]
fn an_answer_that_lambda_does_not_take_is_in_the_log_with_its_request() {
    let bundle = Bundle::sample();
    for at_once in [1, 4] {
        let mut lambda = Lambda::start_many(&bundle.path(), at_once);
        for (number, status) in [413, 500, 403, 410].into_iter().enumerate() {
            lambda.refuse_answers(status);
            for (name, answer) in [("sign-up.json", "admit"), ("sign-up-short-name.json", "deny")] {
                assert_eq!(lambda.invoke(event(name)), Answer::Nothing);
                let decision = lambda.decision_line();
                assert_eq!(decision["answer"], answer);
                let line = lambda.log_line();
                assert_eq!(
                    (&line["type"], &line["level"]),
                    (&json!("undelivered"), &json!("ERROR"))
                );
                assert_eq!(line["requestId"], decision["requestId"], "{number}");
                assert_eq!(line["status"], status);
            }
        }
        // It goes on, and says no more than that.
        lambda.refuse_answers(0);
        assert_eq!(lambda.invoke(event("sign-up.json")), confirmed());
        let last = lambda.end_log().pop().unwrap();
        assert_eq!((&last["type"], &last["requestId"]), (&json!("decision"), &json!("request-9")));
    }
}

/// With a status instead of an event, Lambda says that the process is to end.
#[test]
fn a_process_that_gets_no_event_ends_with_one_line() {
    let bundle = Bundle::sample();
    for (at_once, status) in [(1, 403), (1, 500), (4, 500)] {
        let mut lambda = Lambda::start_many(&bundle.path(), at_once);
        assert_eq!(lambda.invoke(event("sign-up.json")), confirmed());
        lambda.send_status(status);
        assert_eq!(lambda.wait(), Some(1));
        let lines = lambda.end_log_lines();
        let [.., decision, error] = &lines[..] else { panic!("{lines:?}") };
        assert!(decision.contains("\"decision\""), "{decision}");
        let line: Value = serde_json::from_str(error).unwrap();
        assert_eq!((&line["type"], &line["level"]), (&json!("error"), &json!("ERROR")));
        assert!(line["error"].as_str().unwrap().contains("403 or 500"), "{line}");
        assert!(!error.contains('/') && !error.contains(".rs"), "{error}");
    }
}
