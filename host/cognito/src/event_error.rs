//! Why a text is not a pre sign-up event.

use thiserror::Error;

/// The maximum size of an event: about ten times what Cognito's quotas allow.
pub(crate) const MAX_EVENT_BYTES: usize = 1 << 20;

/// The name of the whole event in an error.
pub(crate) const EVENT: &str = "the event";

/// Why a text is not a pre sign-up event. It contains nothing of the text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EventError {
    /// The text is too long.
    #[error("the event is larger than {} KiB", MAX_EVENT_BYTES >> 10)]
    TooLarge,
    /// The bytes are not text.
    #[error("the event is not UTF-8, from byte {0} on")]
    NotText(usize),
    /// The text is not JSON.
    #[error("the event is not JSON: {0}")]
    NotJson(String),
    /// A member is not an object.
    #[error("{} is {found}, expected an object", quoted(member))]
    NotAnObject {
        /// The name of the member.
        member: &'static str,
        /// What the member is instead.
        found: &'static str,
    },
    /// It is the event of another trigger.
    #[error("`triggerSource` is not that of a pre sign-up trigger, such as `PreSignUp_SignUp`")]
    OtherTrigger,
    /// The event does not say which trigger it is for.
    #[error("the event has no `triggerSource`, such as `PreSignUp_SignUp`")]
    NoTrigger,
    /// A member is missing that Cognito always sends.
    #[error("the event has no `{0}`")]
    Lacks(&'static str),
    /// An object has two members of the same name: readers could disagree on which one counts.
    #[error("{} has the same member twice", quoted(.0))]
    Doubled(&'static str),
}

/// The name of a member, in backquotes unless it is the whole event.
fn quoted(member: &str) -> String {
    if member == EVENT { member.to_owned() } else { format!("`{member}`") }
}
