//! The reply of the function: the event with its flags set, or an error.

use crate::event::Event;
use admit_core::{Answer, FAILURE_MESSAGE, Grounds};
use serde::Serialize;

/// The reply of the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The event, unchanged except for the flags.
    Event(String),
    /// An error, by which a pre sign-up trigger denies.
    Error(FunctionError),
}

/// An error of the function, in Lambda's shape.
///
/// The person signing up is shown `PreSignUp failed with error <errorMessage>.`
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionError {
    /// The message for the person signing up.
    pub error_message: String,
    /// The machine-readable type: `SignUpDenied`, `PolicyFailure`, `LinkFailure`,
    /// `RecordFailure`, `InvalidEvent`
    /// or `HostFailure`.
    pub error_type: &'static str,
}

impl Reply {
    /// Creates the reply that gives Cognito an answer.
    pub fn new(event: &Event<'_>, answer: &Answer) -> Reply {
        match answer {
            Answer::Admit(admission) => Reply::Event(event.with_flags(admission.flags)),
            Answer::Deny(refusal) => Reply::Error(FunctionError {
                error_message: refusal.message.clone(),
                error_type: match refusal.grounds {
                    Grounds::Denial | Grounds::NoPolicyApplies => "SignUpDenied",
                    Grounds::Failure => "PolicyFailure",
                    Grounds::LinkConflict | Grounds::LinkFailed => "LinkFailure",
                },
            }),
        }
    }
}

impl FunctionError {
    /// Creates the reply to an invalid event. The reason is only logged.
    pub fn invalid_event() -> FunctionError {
        FunctionError { error_message: FAILURE_MESSAGE.to_owned(), error_type: "InvalidEvent" }
    }

    /// Creates the reply for a decision that must be recorded and cannot be.
    pub fn record_failure() -> FunctionError {
        FunctionError { error_message: FAILURE_MESSAGE.to_owned(), error_type: "RecordFailure" }
    }

    /// Creates the reply for a failure of the host.
    pub fn host_failure() -> FunctionError {
        FunctionError { error_message: FAILURE_MESSAGE.to_owned(), error_type: "HostFailure" }
    }
}
