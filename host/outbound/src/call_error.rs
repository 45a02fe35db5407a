//! Why a call has no answer.

use thiserror::Error;

/// Why a call has no answer that can be used.
///
/// The texts are for an operator's log. They hold no personal value of the request.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CallError {
    /// There was no answer before the deadline.
    #[error("no answer before the deadline")]
    Timeout,
    /// The service could not be reached, lost the connection or reported an error of its own.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// The service takes no more requests for now.
    #[error("throttled: the service takes no more requests for now")]
    Throttled,
    /// The answer is larger than [`Options::max_response_bytes`](crate::Options).
    #[error("the answer is larger than the limit")]
    TooLarge,
    /// The answer does not have the documented form.
    #[error("malformed answer: {0}")]
    Malformed(String),
    /// The credentials are not valid, or do not permit the operation.
    #[error("access denied: {0}")]
    AccessDenied(String),
    /// The service refused the request for another reason.
    #[error("rejected: {0}")]
    Rejected(String),
}
