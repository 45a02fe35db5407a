//! The client of `admit-outbound` with third-party emulators of Cognito.

mod ministack;
mod moto;

use admit_outbound::{
    Credentials, Endpoint, Options, Region, Searchable, UserPage, UserPoolClient, UserQuery,
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn client(url: &str, credentials: Credentials) -> UserPoolClient {
    let region = Region::new("us-east-1").unwrap();
    UserPoolClient::new(region, credentials, Endpoint::at(url).unwrap(), Options::default())
}

/// Enough for an emulator on a busy machine.
fn deadline() -> Instant {
    Instant::now() + Duration::from_secs(30)
}

fn query<'a>(pool: &'a str, by: Searchable, value: &'a str) -> UserQuery<'a> {
    UserQuery {
        user_pool_id: pool,
        by,
        value,
        attributes: &["email", "email_verified", "identities"],
        max_users: 5,
    }
}

fn names(page: &UserPage) -> Vec<&str> {
    page.users.iter().map(|user| user.user_name.as_str()).collect()
}

/// A user to create.
fn person(name: &str, email: &str) -> Value {
    json!({
        "Username": name,
        "UserAttributes": [
            { "Name": "email", "Value": email },
            { "Name": "email_verified", "Value": "true" },
        ],
    })
}

/// A server of a test is for this machine alone.
fn check_is_local(listens_on: &[(String, bool)]) {
    assert!(!listens_on.is_empty(), "it listens nowhere");
    assert!(listens_on.iter().all(|(_, is_local)| *is_local), "{listens_on:?}");
}
