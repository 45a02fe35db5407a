//! The users that a search finds.

use crate::call_error::CallError;
use crate::personal::Personal;
use crate::service::Service;
use crate::user::{RawUser, User};
use crate::user_query::{Searchable, UserQuery};
use serde::Deserialize;
use serde_json::json;
use std::time::Instant;

/// The users that a search finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserPage {
    /// As many users as the query asks for at most.
    pub users: Vec<User>,
    /// Whether there may be more users: true as well if the list has more pages than are read.
    pub has_more: bool,
}

/// The number of users on a page at most, in Cognito.
const MAX_LIMIT: usize = 60;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawPage {
    users: Vec<RawUser>,
    pagination_token: Option<String>,
}

/// Searches for users.
///
/// `AttributesToGet` is not sent: Cognito may answer with an error if a user does not have one of the
/// attributes, and users without external identities do not have `identities`.
pub(crate) async fn list_users(
    service: &Service,
    query: &UserQuery<'_>,
    deadline: Instant,
) -> Result<UserPage, CallError> {
    if query.value.is_empty() {
        // No user has an empty value, and a service may take it for no filter at all.
        return Err(CallError::Rejected("users cannot be searched by an empty value".to_owned()));
    }
    let mut input = json!({
        "UserPoolId": query.user_pool_id,
        "Filter": query.filter(),
        // One more, which shows that there are more.
        "Limit": query.max_users.saturating_add(1).min(MAX_LIMIT),
    });
    let personal = [query.value];
    let mut users = Vec::new();
    for _ in 0..service.options().max_pages {
        let page = service.read("ListUsers", &input, Personal(&personal), deadline);
        let page: RawPage = page.await?;
        for user in page.users {
            if !is_match(query, &user) {
                let reason = "the list has a user that does not match the filter";
                return Err(CallError::Malformed(reason.to_owned()));
            }
            if users.len() == query.max_users {
                return Ok(UserPage { users, has_more: true });
            }
            users.push(user.into_user(query.attributes)?);
        }
        match page.pagination_token {
            Some(token) => input["PaginationToken"] = token.into(),
            None => return Ok(UserPage { users, has_more: false }),
        }
    }
    Ok(UserPage { users, has_more: true })
}

/// Whether a user has the value that the query asks for, in upper or lower case: a service that
/// ignores the filter must not choose the user that an identity is linked to.
fn is_match(query: &UserQuery<'_>, user: &RawUser) -> bool {
    let found = match query.by {
        Searchable::UserName => Some(user.user_name()),
        by => user.attribute(by.name()),
    };
    found.is_some_and(|found| found.to_lowercase() == query.value.to_lowercase())
}
