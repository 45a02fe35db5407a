//! A user who is already in the pool.

use crate::Error;
use crate::bindings::admit::policy::types as wit;

/// A user who is already in the pool, as far as the look-up reads it.
///
/// What the look-up does not name under `reads` is not there; a method that needs
/// it returns an error, so that a missing grant does not look like an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    user_name: String,
    status: Option<String>,
    enabled: Option<bool>,
    attributes: Vec<(String, String)>,
    identities: Option<Vec<Identity>>,
}

/// An identity at an identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The name of the provider.
    pub provider_name: String,
    /// The id of the person at the provider.
    pub user_id: String,
}

impl User {
    /// Starts a user for a test, with everything granted: confirmed, enabled, without attributes
    /// and without external identities.
    pub fn builder(user_name: impl Into<String>) -> UserBuilder {
        UserBuilder {
            user: Self {
                user_name: user_name.into(),
                status: Some("CONFIRMED".to_owned()),
                enabled: Some(true),
                attributes: Vec::new(),
                identities: Some(Vec::new()),
            },
        }
    }

    /// Returns the user name, unique in the pool.
    #[must_use]
    pub fn user_name(&self) -> &str {
        &self.user_name
    }

    /// Returns the status in Cognito's own words, such as `CONFIRMED` or `UNCONFIRMED`.
    ///
    /// # Errors
    ///
    /// Says that the look-up does not read `status`.
    pub fn status(&self) -> Result<&str, Error> {
        self.status.as_deref().ok_or_else(|| not_read("status"))
    }

    /// Returns whether the user may sign in.
    ///
    /// # Errors
    ///
    /// Says that the look-up does not read `enabled`.
    pub fn is_enabled(&self) -> Result<bool, Error> {
        self.enabled.ok_or_else(|| not_read("enabled"))
    }

    /// Returns whether the user only signs in through an identity provider, and has no password.
    ///
    /// # Errors
    ///
    /// Says that the look-up does not read `status`.
    pub fn is_external(&self) -> Result<bool, Error> {
        Ok(self.status()? == "EXTERNAL_PROVIDER")
    }

    /// Returns an attribute.
    ///
    /// There is none if the user does not have it or the look-up does not read it.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Returns whether an attribute, `email` or `phone_number`, is verified.
    ///
    /// The look-up must read `email_verified` or `phone_number_verified`; if it does not, the
    /// attribute does not count as verified.
    #[must_use]
    pub fn is_verified(&self, attribute: &str) -> bool {
        let suffixed = |name: &str| name.strip_prefix(attribute) == Some("_verified");
        self.attributes.iter().any(|(name, value)| suffixed(name) && value == "true")
    }

    /// Returns the external identities that are linked to the user.
    ///
    /// # Errors
    ///
    /// Says that the look-up does not read `identities`.
    pub fn identities(&self) -> Result<&[Identity], Error> {
        self.identities.as_deref().ok_or_else(|| not_read("identities"))
    }
}

fn not_read(name: &str) -> Error {
    Error::new(format_args!("the look-up does not read `{name}`: add it to `reads` of the look-up"))
}

/// Makes a [`User`] for a test.
#[derive(Debug, Clone)]
#[must_use = "`build` makes the user"]
pub struct UserBuilder {
    user: User,
}

impl UserBuilder {
    /// Sets the status.
    pub fn status(mut self, status: impl Into<String>) -> Self {
        self.user.status = Some(status.into());
        self
    }

    /// Sets whether the user may sign in.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.user.enabled = Some(enabled);
        self
    }

    /// Sets an attribute.
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let name = name.into();
        self.user.attributes.retain(|(key, _)| *key != name);
        self.user.attributes.push((name, value.into()));
        self
    }

    /// Adds an external identity.
    pub fn identity(
        mut self,
        provider_name: impl Into<String>,
        user_id: impl Into<String>,
    ) -> Self {
        let (provider_name, user_id) = (provider_name.into(), user_id.into());
        self.user.identities.get_or_insert_default().push(Identity { provider_name, user_id });
        self
    }

    /// Makes the user.
    #[must_use]
    pub fn build(self) -> User {
        self.user
    }
}

impl From<wit::User> for User {
    fn from(user: wit::User) -> Self {
        let identity = |identity: wit::Identity| Identity {
            provider_name: identity.provider_name,
            user_id: identity.user_id,
        };
        Self {
            user_name: user.user_name,
            status: user.status,
            enabled: user.enabled,
            attributes: user.attributes,
            identities: user
                .identities
                .map(|identities| identities.into_iter().map(identity).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_look_up_does_not_read_is_an_error() {
        let user = User {
            user_name: "mary".to_owned(),
            status: None,
            enabled: None,
            attributes: vec![("email_verified".to_owned(), "false".to_owned())],
            identities: None,
        };
        let error = user.is_enabled().unwrap_err().to_string();
        assert_eq!(error, "the look-up does not read `enabled`: add it to `reads` of the look-up");
        assert!(user.status().is_err() && user.is_external().is_err());
        assert!(user.identities().is_err());
        assert!(!user.is_verified("email") && !user.is_verified("phone_number"));
    }

    #[test]
    fn only_the_attribute_itself_is_verified() {
        let user = User::builder("mary").attribute("phone_number_verified", "true").build();
        assert!(user.is_verified("phone_number"));
        assert!(!user.is_verified("phone") && !user.is_verified("email"));
    }
}
