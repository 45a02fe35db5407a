//! What the function answers: the event with its flags, or an error.

use crate::event::Event;
use admit_core::{Answer, FAILURE_MESSAGE, Grounds};
use serde::Serialize;

/// What the function answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The event as it came, with the flags set.
    Event(String),
    /// An error, which is how a pre sign-up trigger denies.
    Error(FunctionError),
}

/// An error of the function, in Lambda's shape.
///
/// The person signing up is shown `PreSignUp failed with error <errorMessage>.`
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionError {
    /// For the person signing up.
    pub error_message: String,
    /// For machines: `SignUpDenied`, `PolicyFailure`, `RecordFailure`, `InvalidEvent` or
    /// `HostFailure`.
    pub error_type: &'static str,
}

impl Reply {
    /// Puts the answer to an event in Cognito's terms.
    pub fn new(event: &Event<'_>, answer: &Answer) -> Reply {
        match answer {
            Answer::Admit(flags) => Reply::Event(event.with_flags(*flags)),
            Answer::Deny(refusal) => Reply::Error(FunctionError {
                error_message: refusal.message.clone(),
                error_type: match refusal.grounds {
                    Grounds::Denial | Grounds::NoPolicyApplies => "SignUpDenied",
                    Grounds::Failure => "PolicyFailure",
                },
            }),
        }
    }
}

impl FunctionError {
    /// What is answered to something that is no event; why is for the log alone.
    pub fn invalid_event() -> FunctionError {
        FunctionError { error_message: FAILURE_MESSAGE.to_owned(), error_type: "InvalidEvent" }
    }

    /// What is answered when a decision cannot be recorded, and has to be.
    pub fn record_failure() -> FunctionError {
        FunctionError { error_message: FAILURE_MESSAGE.to_owned(), error_type: "RecordFailure" }
    }

    /// What is answered when the host itself fails.
    pub fn host_failure() -> FunctionError {
        FunctionError { error_message: FAILURE_MESSAGE.to_owned(), error_type: "HostFailure" }
    }
}
