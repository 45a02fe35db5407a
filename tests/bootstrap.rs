//! The Lambda function itself, under a Runtime API: the release build, in a process of its
//! own, with bundles as `admit bundle` makes them.

mod answers;
mod events;
mod failures;
mod operation;
mod start;

use admit_tests::Answer;
use serde_json::json;

const PUBLIC_MESSAGE: &str = "The sign-up could not be checked, please try again later";

fn error(message: &str, kind: &str) -> Answer {
    Answer::Error(json!({ "errorType": kind, "errorMessage": message }).to_string())
}

/// Compares errors as JSON and responses as bytes.
fn check(answer: &Answer, expected: &Answer) {
    match (answer, expected) {
        (Answer::Error(answer), Answer::Error(expected)) => {
            let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
            assert_eq!(parse(answer), parse(expected));
        }
        _ => assert_eq!(answer, expected),
    }
}
