//! Converts between the client's types and those of the trigger.

use admit_core::{Attribute, Fact, Identity, LookupError, User};
use admit_outbound::{CallError, LinkError as Refusal, Searchable, UserPage};
use admit_trigger::{LinkError, LinkErrorKind};

pub(crate) fn searchable(attribute: Attribute) -> Searchable {
    match attribute {
        Attribute::UserName => Searchable::UserName,
        Attribute::Email => Searchable::Email,
        Attribute::PhoneNumber => Searchable::PhoneNumber,
        Attribute::PreferredUserName => Searchable::PreferredUserName,
        Attribute::Name => Searchable::Name,
        Attribute::GivenName => Searchable::GivenName,
        Attribute::FamilyName => Searchable::FamilyName,
    }
}

/// The users of a search as a fact. A search that has more users than a fact is an error.
pub(crate) fn fact(page: UserPage) -> Fact {
    match page.has_more || page.users.len() > Fact::MAX_USERS {
        true => Fact::Error(LookupError::TooLarge),
        false => Fact::Users(page.users.into_iter().map(user).collect()),
    }
}

fn user(user: admit_outbound::User) -> User {
    let identities = user.identities.into_iter().map(|identity| Identity {
        provider_name: identity.provider_name,
        user_id: identity.user_id,
    });
    User {
        user_name: user.user_name,
        status: Some(user.status),
        enabled: Some(user.enabled),
        attributes: user.attributes.into_iter().collect(),
        identities: Some(identities.collect()),
    }
}

pub(crate) fn lookup_error(error: &CallError) -> LookupError {
    match error {
        CallError::Timeout => LookupError::Timeout,
        CallError::Unavailable(_) | CallError::Rejected(_) => LookupError::Unavailable,
        CallError::Throttled => LookupError::Throttled,
        CallError::TooLarge => LookupError::TooLarge,
        CallError::Malformed(_) => LookupError::Malformed,
        CallError::AccessDenied(_) => LookupError::AccessDenied,
    }
}

pub(crate) fn link_error(error: &Refusal) -> LinkError {
    let kind = match error {
        Refusal::LinkedToAnotherUser => LinkErrorKind::LinkedToAnotherUser,
        Refusal::IdentityIsUser => LinkErrorKind::IdentityIsUser,
        Refusal::UserNotFound => LinkErrorKind::UserNotFound,
        Refusal::TooManyIdentities => LinkErrorKind::TooManyIdentities,
        Refusal::Throttled => LinkErrorKind::Throttled,
        Refusal::AccessDenied(_) => LinkErrorKind::AccessDenied,
        Refusal::Timeout => LinkErrorKind::Timeout,
        Refusal::Unavailable(_) | Refusal::Other(_) => LinkErrorKind::Unavailable,
    };
    LinkError { kind, reason: error.to_string() }
}
