//! The load driver: what it says of commands that answer, and of those that do not.

use admit_tests::{Bundle, DriverError, bootstrap, driver, is_there};
use serde_json::Value;
use std::ffi::OsString;

fn measure(options: &[&str], command: &[&str]) -> Result<String, String> {
    let args = options.iter().chain(&["--"]).chain(command).map(OsString::from);
    driver(args).map_err(|error| match error {
        DriverError::Usage(text) => format!("usage: {text}"),
        DriverError::Function(text) => text,
    })
}

/// The bootstrap with the samples, as a command.
fn function(bundle: &Bundle) -> [String; 3] {
    let bundle = format!("ADMIT_BUNDLE={}", bundle.path().display());
    ["env".to_owned(), bundle, bootstrap().display().to_string()]
}

#[test]
fn the_function_is_measured() {
    let bundle = Bundle::sample();
    let function = function(&bundle);
    let command: Vec<&str> = function.iter().map(String::as_str).collect();
    for at_once in ["1", "4"] {
        let options =
            ["--starts", "3", "--requests", "50", "--at-once", at_once, "--format", "json"];
        let figures: Value = serde_json::from_str(&measure(&options, &command).unwrap()).unwrap();
        let number = |pointer: &str| figures.pointer(pointer).unwrap().as_f64().unwrap();
        assert_eq!((number("/init/count"), number("/firstAnswer/count")), (3.0, 3.0));
        assert_eq!(number("/warm/count"), 50.0);
        assert_eq!(figures["answer"]["kind"], "response");
        assert_eq!(number("/answer/differing"), 0.0);
        assert!(number("/init/median") < number("/firstAnswer/p99"));
        assert!(number("/warm/median") < number("/firstAnswer/median"));
        assert!(number("/processor") > 1.0 && number("/peakMemory") > 1e6, "{figures}");
    }
    // The work of a start is not counted for a warm request.
    let starts = ["--starts", "3", "--requests", "0", "--format", "json"];
    let figures: Value = serde_json::from_str(&measure(&starts, &command).unwrap()).unwrap();
    assert_eq!(figures["processor"], 0.0, "{figures}");
    let table = measure(&["--starts", "1", "--requests", "0"], &command).unwrap();
    assert!(table.starts_with("1 start, 0 warm requests; the answer is a response of "), "{table}");
    assert!(table.contains("first answer") && !table.contains("processor"), "{table}");
}

#[test]
fn a_denial_is_an_answer_too() {
    let bundle = Bundle::sample();
    let function = function(&bundle);
    let command: Vec<&str> = function.iter().map(String::as_str).collect();
    let event = "events/sign-up-short-name.json";
    let table = measure(&["--event", event, "--starts", "2", "--requests", "5"], &command).unwrap();
    assert!(table.starts_with("2 starts, 5 warm requests; the answer is an error of "), "{table}");
}

#[test]
fn a_command_without_an_answer_is_reported_with_its_last_lines() {
    let one = ["--starts", "1", "--patience", "1"];
    assert_eq!(
        measure(&one, &["sleep", "60"]).unwrap_err(),
        "start 1 of 1: it has said nothing for 1 s before it asked for an event"
    );
    assert_eq!(
        measure(&one, &["sh", "-c", "echo out; printf 'why \\033[1m\\n' >&2; exit 3"]).unwrap_err(),
        "start 1 of 1: it ended (exit status: 3) before it asked for an event\n  out\n  \
         why [1m"
    );
    assert!(
        measure(&one, &["/nowhere"])
            .unwrap_err()
            .starts_with("start 1 of 1: cannot start `/nowhere`: ")
    );
    let bootstrap = bootstrap().display().to_string();
    let said = measure(&one, &["env", "ADMIT_BUNDLE=/nowhere", &bootstrap]).unwrap_err();
    assert!(said.starts_with("start 1 of 1: it says that it cannot start: {"), "{said}");
    assert!(said.contains("cannot read the bundle's index"), "{said}");
}

#[test]
fn a_command_that_ends_or_hangs_is_reported() {
    if !is_there("a command that ends under way", "bash") {
        return;
    }
    let asks = "exec 3<>/dev/tcp/${AWS_LAMBDA_RUNTIME_API/://} && \
                printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\n\\r\\n' >&3 && \
                read -r line <&3";
    let one = ["--starts", "1", "--requests", "9", "--patience", "1"];
    assert_eq!(
        measure(&one, &["bash", "-c", asks]).unwrap_err(),
        "start 1 of 1: it ended (exit status: 0) before answer 1 of 10"
    );
    assert_eq!(
        measure(&one, &["bash", "-c", &format!("{asks}; sleep 60")]).unwrap_err(),
        "start 1 of 1: it has said nothing for 1 s before answer 1 of 10"
    );
}

#[test]
fn wrong_usage_is_explained() {
    for (options, command, error) in [
        (&["--event"][..], &[][..], "usage: `--event` needs a value; `--help` says what there is"),
        (&["--requests", "x"], &["true"], "usage: `--requests` cannot be `x`; `--help` says"),
        (&["--starts", "0"], &["true"], "usage: `--starts` cannot be `0`; `--help` says"),
        (&["--at-once", "1001"], &["true"], "usage: `--at-once` cannot be `1001`; `--help` says"),
        (&["--format", "xml"], &["true"], "usage: `--format` cannot be `xml`; `--help` says"),
        (&["--what"], &["true"], "usage: unknown argument `--what`; `--help` says"),
        (&[], &[], "usage: no command: put it behind `--`; `--help` says"),
        (&["--event", "/nowhere"], &["true"], "cannot read `/nowhere`: "),
    ] {
        let said = measure(options, command).unwrap_err();
        assert!(said.starts_with(error), "{said}");
    }
    assert!(measure(&["--help"], &[]).unwrap().contains("--at-once N"));
}
