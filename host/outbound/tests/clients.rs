//! Clients, deadlines and the look-up that most tests make.

use crate::server::{Server, user, users};
use admit_outbound::{
    CallError, Credentials, Endpoint, Options, Region, Searchable, UserPage, UserPoolClient,
    UserQuery,
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};

pub(crate) const EMAIL: &str = "mary_major@example.com";

/// The runtime of the function: one thread.
pub(crate) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

pub(crate) fn client(server: &Server) -> UserPoolClient {
    client_with(server, Options::default())
}

pub(crate) fn client_with(server: &Server, options: Options) -> UserPoolClient {
    client_at(&server.url(), options)
}

pub(crate) fn client_at(url: &str, options: Options) -> UserPoolClient {
    let credentials = Credentials::new("AKIDEXAMPLE", "a-secret", Some("a-token"));
    let region = Region::new("eu-west-1").unwrap();
    UserPoolClient::new(region, credentials, Endpoint::at(url).unwrap(), options)
}

/// A deadline that a test does not reach.
pub(crate) fn later() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

/// A deadline that a test waits for.
pub(crate) fn soon() -> Instant {
    Instant::now() + Duration::from_millis(200)
}

/// The search for the users with the address.
pub(crate) fn by_email(max_users: usize) -> UserQuery<'static> {
    UserQuery {
        user_pool_id: "eu-west-1_Pool",
        by: Searchable::Email,
        value: EMAIL,
        attributes: &["email_verified", "identities"],
        max_users,
    }
}

/// The answer with the one user that has the address.
pub(crate) fn mary() -> Value {
    users(&[user("mary", EMAIL, &json!(null))])
}

/// Looks for the users with the address.
pub(crate) fn look_up(client: &UserPoolClient, deadline: Instant) -> Result<UserPage, CallError> {
    runtime().block_on(client.list_users(&by_email(2), deadline))
}

/// The names of the users of a page.
pub(crate) fn names(page: &UserPage) -> Vec<&str> {
    page.users.iter().map(|user| user.user_name.as_str()).collect()
}
