//! The client of user pools.

use crate::call_error::CallError;
use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::identity_providers::list_identity_providers;
use crate::link::{self, Link, Linked};
use crate::link_error::LinkError;
use crate::options::Options;
use crate::region::Region;
use crate::service::Service;
use crate::user_page::{self, UserPage};
use crate::user_query::UserQuery;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// The client of user pools: three operations of Cognito's API.
///
/// It needs a tokio runtime with its drivers for I/O and time. Calls may run at the same time; each
/// uses a connection of its own, which is kept for later calls.
pub struct UserPoolClient {
    service: Service,
    /// The names of the identity providers of each pool that has been asked.
    providers: Mutex<HashMap<String, Vec<String>>>,
}

impl UserPoolClient {
    /// A client that opens its first connection with its first call.
    pub fn new(
        region: Region,
        credentials: Credentials,
        endpoint: Endpoint,
        options: Options,
    ) -> UserPoolClient {
        let service = Service::new(region, credentials, endpoint, options);
        UserPoolClient { service, providers: Mutex::default() }
    }

    /// The same client, which trusts this certificate authority alone, in the form DER. For tests.
    #[cfg(feature = "testing")]
    pub fn trusting(mut self, authority: &[u8]) -> UserPoolClient {
        use tokio_rustls::rustls::RootCertStore;
        let mut roots = RootCertStore::empty();
        let _ = roots.add_parsable_certificates([authority.to_vec().into()]);
        self.service.set_tls(crate::tls::Tls::trusting(roots));
        self
    }

    /// The users with one value of one attribute, by the operation `ListUsers`.
    ///
    /// An answer with a user that does not match is malformed.
    pub async fn list_users(
        &self,
        query: &UserQuery<'_>,
        deadline: Instant,
    ) -> Result<UserPage, CallError> {
        user_page::list_users(&self.service, query, deadline).await
    }

    /// The names of the identity providers of a pool, by the operation `ListIdentityProviders`.
    pub async fn list_identity_providers(
        &self,
        user_pool_id: &str,
        deadline: Instant,
    ) -> Result<Vec<String>, CallError> {
        list_identity_providers(&self.service, user_pool_id, deadline).await
    }

    /// The name of an identity provider as in the pool's configuration, for its name as in a user's
    /// name, which may differ in upper and lower case. None if the pool has no such provider.
    ///
    /// The list is read again if it does not have the name: providers may have been added.
    pub async fn provider_name(
        &self,
        user_pool_id: &str,
        name: &str,
        deadline: Instant,
    ) -> Result<Option<String>, CallError> {
        let known = self.providers().get(user_pool_id).and_then(|names| find(names, name));
        if known.is_some() {
            return Ok(known);
        }
        let names = self.list_identity_providers(user_pool_id, deadline).await?;
        let found = find(&names, name);
        self.providers().insert(user_pool_id.to_owned(), names);
        Ok(found)
    }

    /// Links an external identity to a user, by the operation `AdminLinkProviderForUser`.
    ///
    /// It succeeds if the identity is linked to the user already. The request is not sent again
    /// blindly: after a lost connection, and after an error that may mean that the link exists, the
    /// user is looked up by `ListUsers`.
    pub async fn link(&self, link: &Link<'_>, deadline: Instant) -> Result<Linked, LinkError> {
        link::link(&self.service, link, deadline).await
    }

    fn providers(&self) -> MutexGuard<'_, HashMap<String, Vec<String>>> {
        self.providers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The same name, or else the only one that differs in upper and lower case alone.
fn find(names: &[String], name: &str) -> Option<String> {
    if let Some(same) = names.iter().find(|known| *known == name) {
        return Some(same.clone());
    }
    let name = name.to_lowercase();
    let mut similar = names.iter().filter(|known| known.to_lowercase() == name);
    similar.next().filter(|_| similar.next().is_none()).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_found_in_upper_or_lower_case() {
        let names = ["Google", "Okta", "okta"].map(str::to_owned);
        for (name, found) in [
            ("Google", Some("Google")),
            ("google", Some("Google")),
            ("okta", Some("okta")),
            ("Okta", Some("Okta")),
            ("OKTA", None),
            ("x", None),
        ] {
            assert_eq!(find(&names, name).as_deref(), found, "{name}");
        }
    }
}
