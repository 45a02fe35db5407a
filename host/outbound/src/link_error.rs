//! Why an identity was not linked.

use crate::call_error::CallError;
use thiserror::Error;

/// Why an identity was not linked to a user.
///
/// The texts are for an operator's log. They hold no personal value of the request.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LinkError {
    /// The identity is linked to another user.
    #[error("the identity is linked to another user")]
    LinkedToAnotherUser,
    /// The identity has signed in before and is a user of its own, which Cognito does not merge.
    #[error("the identity is already a user of its own, and Cognito does not merge users")]
    IdentityIsUser,
    /// The user that the identity should be linked to does not exist any more.
    #[error("the user to link to does not exist")]
    UserNotFound,
    /// The user has five linked identities.
    #[error("the user to link to has five identities, and Cognito allows no more")]
    TooManyIdentities,
    /// The service takes no more requests for now.
    #[error("throttled: the service takes no more requests for now")]
    Throttled,
    /// The credentials are not valid, or do not permit the operation.
    #[error("access denied: {0}")]
    AccessDenied(String),
    /// There was no answer before the deadline. The identity may be linked all the same.
    #[error("no answer before the deadline: the identity may be linked or not")]
    Timeout,
    /// The service could not be reached, lost the connection or reported an error of its own.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// Another reason.
    #[error("{0}")]
    Other(String),
}

impl From<CallError> for LinkError {
    fn from(error: CallError) -> LinkError {
        match error {
            CallError::Timeout => LinkError::Timeout,
            CallError::Unavailable(reason) => LinkError::Unavailable(reason),
            CallError::Throttled => LinkError::Throttled,
            CallError::AccessDenied(reason) => LinkError::AccessDenied(reason),
            CallError::TooLarge | CallError::Malformed(_) | CallError::Rejected(_) => {
                LinkError::Other(error.to_string())
            }
        }
    }
}
