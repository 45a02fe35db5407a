//! What the trigger needs of the world outside: look-ups, and the link of an identity.

use admit_core::{ExternalIdentity, Fact, LookupError, LookupRequest, SignUp, UserName};
use std::fmt;
use std::time::{Duration, Instant};

/// The services that the trigger calls for facts and effects.
///
/// The calls block. They end by their deadline, and a call that is late returns an error.
pub trait Services: Send + Sync {
    /// Makes look-ups at the same time, and returns a result for each in the same order.
    ///
    /// The requests differ from each other, have a key, and have a source outside of the host.
    fn look_up(
        &self,
        sign_up: &SignUp<'_>,
        requests: &[LookupRequest<'_>],
        deadline: Instant,
    ) -> Vec<LookupResult>;

    /// Links an external identity to a user of the pool.
    fn link(
        &self,
        sign_up: &SignUp<'_>,
        identity: ExternalIdentity<'_>,
        user: &UserName,
        deadline: Instant,
    ) -> Result<LinkResult, LinkError>;
}

/// The result of one look-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupResult {
    /// The fact.
    pub fact: Fact,
    /// The reason of an error, for the operator. It contains no value of the sign-up.
    pub reason: Option<String>,
    /// The time of the look-up.
    pub time: Duration,
}

impl LookupResult {
    /// Creates the result of a look-up that failed, or was not made.
    pub fn failed(error: LookupError, reason: impl Into<String>) -> LookupResult {
        let (fact, reason) = (Fact::Error(error), Some(reason.into()));
        LookupResult { fact, reason, time: Duration::ZERO }
    }
}

/// The result of a link that is in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkResult {
    /// The identity was linked.
    Linked,
    /// The identity was linked to this user before.
    AlreadyLinked,
}

/// The reason why an identity could not be linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkError {
    /// The kind, which is recorded.
    pub kind: LinkErrorKind,
    /// The reason, for the operator. It contains no value of the sign-up.
    pub reason: String,
}

/// A kind of [`LinkError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkErrorKind {
    /// The identity is linked to another user.
    LinkedToAnotherUser,
    /// The identity has signed in before and is a user of its own, which Cognito does not merge.
    IdentityIsUser,
    /// The user is not in the pool any more.
    UserNotFound,
    /// The user has as many identities as Cognito allows.
    TooManyIdentities,
    /// The user name of the sign-up has no provider that the pool knows.
    UnknownProvider,
    /// Cognito refused the request because there were too many.
    Throttled,
    /// The function lacks a permission.
    AccessDenied,
    /// Cognito did not answer in time.
    Timeout,
    /// Cognito could not be reached, failed, or refused the request for another reason.
    Unavailable,
}

/// No services: every look-up and every link fails.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoServices;

const NO_SERVICES: &str = "this program has no network client";

impl Services for NoServices {
    fn look_up(
        &self,
        _: &SignUp<'_>,
        requests: &[LookupRequest<'_>],
        _: Instant,
    ) -> Vec<LookupResult> {
        let failed = |_| LookupResult::failed(LookupError::Unavailable, NO_SERVICES);
        requests.iter().map(failed).collect()
    }

    fn link(
        &self,
        _: &SignUp<'_>,
        _: ExternalIdentity<'_>,
        _: &UserName,
        _: Instant,
    ) -> Result<LinkResult, LinkError> {
        Err(LinkError { kind: LinkErrorKind::Unavailable, reason: NO_SERVICES.to_owned() })
    }
}

impl fmt::Display for LinkErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LinkErrorKind::LinkedToAnotherUser => "linked-to-another-user",
            LinkErrorKind::IdentityIsUser => "identity-is-user",
            LinkErrorKind::UserNotFound => "user-not-found",
            LinkErrorKind::TooManyIdentities => "too-many-identities",
            LinkErrorKind::UnknownProvider => "unknown-provider",
            LinkErrorKind::Throttled => "throttled",
            LinkErrorKind::AccessDenied => "access-denied",
            LinkErrorKind::Timeout => "timeout",
            LinkErrorKind::Unavailable => "unavailable",
        })
    }
}
