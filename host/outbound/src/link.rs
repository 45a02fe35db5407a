//! Linking an external identity to a user.

use crate::answer::Refusal;
use crate::call_error::CallError;
use crate::link_error::LinkError;
use crate::personal::Personal;
use crate::service::{Failure, Service};
use crate::user_page::list_users;
use crate::user_query::{Searchable, UserQuery};
use serde::de::IgnoredAny;
use serde_json::json;
use std::time::Instant;

/// A link between an external identity and a user.
#[derive(Clone, Copy, Debug)]
pub struct Link<'a> {
    /// The id of the pool.
    pub user_pool_id: &'a str,
    /// The name of the user in the pool.
    pub user_name: &'a str,
    /// The name of the identity provider, exactly as in the pool's configuration.
    pub provider_name: &'a str,
    /// The id that the provider gives the identity.
    pub provider_user_id: &'a str,
}

/// What linking has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linked {
    /// The identity is linked now.
    Now,
    /// The identity was linked to this user before, or the answer that it is linked now was lost.
    Already,
}

/// The number of identities of a user at most, in Cognito.
const MAX_IDENTITIES: usize = 5;

/// The state of a link in the pool.
enum State {
    Linked,
    NotLinked { has_most_identities: bool },
    NoUser,
}

/// Links an identity to a user.
pub(crate) async fn link(
    service: &Service,
    link: &Link<'_>,
    deadline: Instant,
) -> Result<Linked, LinkError> {
    let reason = match send(service, link, deadline).await {
        Ok(IgnoredAny) => return Ok(Linked::Now),
        Err(Failure::Lost(reason)) => reason,
        Err(failure) => return refused(service, link, failure, deadline).await,
    };
    match state(service, link, deadline).await {
        Ok(State::Linked) => return Ok(Linked::Already),
        Ok(State::NoUser) => return Err(LinkError::UserNotFound),
        Ok(State::NotLinked { .. }) => {}
        Err(unknown) => return Err(with_unknown_state(CallError::Unavailable(reason), &unknown)),
    }
    // The request was lost, or is late: then Cognito refuses this one, and `refused` finds the link.
    match send(service, link, deadline).await {
        Ok(IgnoredAny) => Ok(Linked::Now),
        Err(failure) => refused(service, link, failure, deadline).await,
    }
}

async fn send(
    service: &Service,
    link: &Link<'_>,
    deadline: Instant,
) -> Result<IgnoredAny, Failure> {
    let input = json!({
        "UserPoolId": link.user_pool_id,
        "DestinationUser": {
            "ProviderName": "Cognito",
            "ProviderAttributeValue": link.user_name,
        },
        "SourceUser": {
            "ProviderName": link.provider_name,
            "ProviderAttributeName": "Cognito_Subject",
            "ProviderAttributeValue": link.provider_user_id,
        },
    });
    service.change("AdminLinkProviderForUser", &input, deadline).await
}

/// What a failure means. The same names of errors stand for an identity that is linked to this user,
/// to another user or to none, so the user is looked up.
async fn refused(
    service: &Service,
    link: &Link<'_>,
    failure: Failure,
    deadline: Instant,
) -> Result<Linked, LinkError> {
    let said = match &failure {
        Failure::Refused(refusal) => said(refusal),
        Failure::Call(_) | Failure::Lost(_) => None,
    };
    let has_answer = matches!(failure, Failure::Refused(_));
    let error = failure.into_error(Personal(&[link.user_name, link.provider_user_id]));
    if !has_answer || matches!(error, CallError::Throttled | CallError::AccessDenied(_)) {
        return Err(error.into());
    }
    match state(service, link, deadline).await {
        Ok(State::Linked) => Ok(Linked::Already),
        Ok(State::NoUser) => Err(LinkError::UserNotFound),
        Ok(State::NotLinked { has_most_identities }) => Err(match said {
            Some(said) => said,
            None if has_most_identities => LinkError::TooManyIdentities,
            None => error.into(),
        }),
        Err(unknown) => Err(with_unknown_state(error, &unknown)),
    }
}

/// The reason that Cognito names, if the identity is not linked to this user.
fn said(refusal: &Refusal) -> Option<LinkError> {
    match refusal.code() {
        "AliasExistsException" => Some(LinkError::LinkedToAnotherUser),
        "LimitExceededException" => Some(LinkError::TooManyIdentities),
        "UserNotFoundException" => Some(LinkError::UserNotFound),
        // Cognito has no name of its own for these. Its words choose the words of the log alone.
        _ if refusal.says("already linked") => Some(LinkError::LinkedToAnotherUser),
        _ if refusal.says("Merging is not currently supported") => Some(LinkError::IdentityIsUser),
        _ => None,
    }
}

/// Looks up whether the identity is linked to the user.
async fn state(service: &Service, link: &Link<'_>, deadline: Instant) -> Result<State, CallError> {
    let query = UserQuery {
        user_pool_id: link.user_pool_id,
        by: Searchable::UserName,
        value: link.user_name,
        attributes: &["identities"],
        max_users: 1,
    };
    let page = list_users(service, &query, deadline).await?;
    let Some(user) = page.users.first() else { return Ok(State::NoUser) };
    let is_linked = user.identities.iter().any(|identity| {
        identity.provider_name == link.provider_name && identity.user_id == link.provider_user_id
    });
    let has_most_identities = user.identities.len() >= MAX_IDENTITIES;
    Ok(if is_linked { State::Linked } else { State::NotLinked { has_most_identities } })
}

/// The error of a request after which it could not be looked up whether the link exists.
fn with_unknown_state(error: CallError, unknown: &CallError) -> LinkError {
    let and = format!("; it is unknown whether the identity is linked: {unknown}");
    match (error, unknown) {
        (_, CallError::Timeout) => LinkError::Timeout,
        (CallError::Unavailable(reason), _) => LinkError::Unavailable(reason + &and),
        (error, _) => LinkError::Other(error.to_string() + &and),
    }
}
