//! A user of a pool.

use crate::call_error::CallError;
use serde::{Deserialize, Deserializer};

/// The attribute with the identities of a user, as JSON.
const IDENTITIES: &str = "identities";

/// A user of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The name in the pool.
    pub user_name: String,
    /// The status, such as `CONFIRMED`, `UNCONFIRMED` or `EXTERNAL_PROVIDER`.
    pub status: String,
    /// Whether the user may sign in.
    pub enabled: bool,
    /// The attributes that the query asks for and that the user has, except `identities`.
    pub attributes: Vec<(String, String)>,
    /// The identities at external providers, if the query asks for the attribute `identities`.
    pub identities: Vec<Identity>,
}

/// The identity of a user at an external provider.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// The provider's name in the pool.
    pub provider_name: String,
    /// The user's id at the provider.
    #[serde(deserialize_with = "text_or_number")]
    pub user_id: String,
    /// The kind of provider, such as `Google`, `OIDC` or `SAML`; empty if Cognito does not say.
    #[serde(default, deserialize_with = "text_or_null")]
    pub provider_type: String,
    /// Whether the user was created by a sign-in with this identity, rather than linked to it later.
    #[serde(default, deserialize_with = "truth")]
    pub primary: bool,
}

/// A user as Cognito writes it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RawUser {
    username: String,
    user_status: String,
    enabled: bool,
    #[serde(default)]
    attributes: Vec<RawAttribute>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawAttribute {
    name: String,
    #[serde(default)]
    value: String,
}

impl RawUser {
    pub(crate) fn user_name(&self) -> &str {
        &self.username
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|attribute| attribute.name == name);
        found.map(|attribute| attribute.value.as_str())
    }

    /// The user with the named attributes alone.
    pub(crate) fn into_user(self, names: &[&str]) -> Result<User, CallError> {
        let identities = match self.attribute(IDENTITIES).filter(|_| names.contains(&IDENTITIES)) {
            Some(json) => identities(json)?,
            None => Vec::new(),
        };
        let is_wanted = |name: &str| name != IDENTITIES && names.contains(&name);
        let wanted = self.attributes.into_iter().filter(|attribute| is_wanted(&attribute.name));
        Ok(User {
            user_name: self.username,
            status: self.user_status,
            enabled: self.enabled,
            attributes: wanted.map(|attribute| (attribute.name, attribute.value)).collect(),
            identities,
        })
    }
}

fn identities(json: &str) -> Result<Vec<Identity>, CallError> {
    serde_json::from_str(json).map_err(|_| {
        // Not with the parser's words, which may hold a value.
        CallError::Malformed(
            "a user's attribute `identities` is not a list of identities".to_owned(),
        )
    })
}

/// Cognito writes ids as text; others write those that are numbers without quotes.
fn text_or_number<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Id {
        Text(String),
        Number(u64),
    }
    Ok(match Id::deserialize(from)? {
        Id::Text(text) => text,
        Id::Number(number) => number.to_string(),
    })
}

fn text_or_null<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// A boolean, which Cognito writes in some places as text.
fn truth<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Truth {
        Boolean(bool),
        Text(String),
    }
    match Truth::deserialize(from)? {
        Truth::Boolean(truth) => Ok(truth),
        Truth::Text(text) => text.to_lowercase().parse().map_err(serde::de::Error::custom),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(primary: bool) -> Identity {
        Identity {
            provider_name: "Google".to_owned(),
            user_id: "1234".to_owned(),
            provider_type: "Google".to_owned(),
            primary,
        }
    }

    #[test]
    fn identities_are_read_in_each_form() {
        let read = |members: &str| {
            let json =
                format!(r#"[{{"providerName":"Google","providerType":"Google",{members}}}]"#);
            identities(&json).unwrap()
        };
        assert_eq!(
            read(r#""userId":"1234","issuer":null,"primary":true,"dateCreated":1586000000000"#),
            [identity(true)]
        );
        assert_eq!(read(r#""userId":"1234","primary":"true""#), [identity(true)]);
        assert_eq!(read(r#""userId":"1234","primary":"False""#), [identity(false)]);
        assert_eq!(read(r#""userId":1234"#), [identity(false)]);
        assert_eq!(identities("[]").unwrap(), []);
    }

    #[test]
    fn malformed_identities_are_an_error_without_a_value() {
        for json in [
            "",
            "{}",
            "mary",
            r#"[{"providerName":"mary"}]"#,
            r#"[{"providerName":"mary","userId":"1","primary":"mary"}]"#,
        ] {
            let error = identities(json).unwrap_err();
            assert!(matches!(error, CallError::Malformed(_)), "{json}: {error}");
            assert!(!error.to_string().contains("mary"), "{error}");
        }
    }
}
