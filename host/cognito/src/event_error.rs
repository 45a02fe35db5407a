//! The error of a text that is not a pre sign-up event.

use thiserror::Error;

/// The maximum size of an event: about ten times what Cognito's quotas allow.
pub(crate) const MAX_EVENT_BYTES: usize = 1 << 20;

/// The name of the whole event in an error.
pub(crate) const EVENT: &str = "the event";

/// The reason why a text is not a pre sign-up event. It contains no part of the text.
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
        /// The kind of the value found.
        found: &'static str,
    },
    /// The event belongs to another trigger.
    #[error("`triggerSource` is not that of a pre sign-up trigger, such as `PreSignUp_SignUp`")]
    OtherTrigger,
    /// The event does not name its trigger.
    #[error("the event has no `triggerSource`, such as `PreSignUp_SignUp`")]
    NoTrigger,
    /// A member that Cognito always sends is absent.
    #[error("the event has no `{0}`")]
    Missing(&'static str),
    /// An object has two members of the same name, so parsers could disagree on which one counts.
    #[error("{} has the same member twice", quoted(.0))]
    Duplicate(&'static str),
}

/// The name of a member, in backquotes unless it is the whole event.
fn quoted(member: &str) -> String {
    if member == EVENT { member.to_owned() } else { format!("`{member}`") }
}
