//! Facts: the results of look-ups, as policies receive them and as they are stored.

use crate::directory::UserReads;
use crate::id::LookupName;
use crate::verdict::code_has_value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The result of a look-up.
///
/// In JSON it is an object with one member: `users`, `time` or `error`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// The users of the pool that were found, at most [`Fact::MAX_USERS`].
    Users(Vec<User>),
    /// The time when the host made the look-ups, in milliseconds since 1970-01-01T00:00:00Z.
    Time(u64),
    /// The look-up failed or was not made.
    Error(LookupError),
}

impl Fact {
    /// Returns whether a denial code contains a value of a user in this fact, or a part of one.
    ///
    /// The code must be sanitized by [`Denial::new`](crate::verdict::Denial::new). Whether an
    /// attribute is verified tells nothing of a person, nor does the name of a provider.
    pub fn has_value_in(&self, code: &str) -> bool {
        let Fact::Users(users) = self else { return false };
        users.iter().any(|user| {
            let is_personal = |name: &&String| !name.ends_with("_verified");
            let attributes = user.attributes.iter().filter(|(name, _)| is_personal(name));
            let ids = user.identities.iter().flatten().map(|identity| &identity.user_id);
            let values = attributes.map(|(_, value)| value).chain(ids).chain([&user.user_name]);
            values.into_iter().any(|value| code_has_value(code, value))
        })
    }

    /// The maximum number of users in a fact. If there are more, the look-up fails with
    /// [`LookupError::TooLarge`].
    pub const MAX_USERS: usize = 20;
}

/// A user of the pool. What the manifest does not grant is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct User {
    /// The user name, unique in the pool.
    pub user_name: String,
    /// The status, such as `CONFIRMED` or `EXTERNAL_PROVIDER`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Whether the user may sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// The attributes that the user has.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// The external identities that are linked to the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identities: Option<Vec<Identity>>,
}

/// An identity at an identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Identity {
    /// The name of the provider, as configured in the pool.
    pub provider_name: String,
    /// The id of the person at the provider.
    pub user_id: String,
}

/// The reason why a look-up has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LookupError {
    /// The sign-up does not have the value to look up, so the look-up was not made.
    KeyAbsent,
    /// The service could not be reached, or failed.
    Unavailable,
    /// The service did not answer in time.
    Timeout,
    /// The service refused the request because there were too many.
    Throttled,
    /// The answer was too large, or had more than [`Fact::MAX_USERS`] users.
    TooLarge,
    /// The answer could not be understood.
    Malformed,
    /// The service does not permit the request.
    AccessDenied,
}

/// The facts for one sign-up, by the names of their look-ups.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(BTreeMap<LookupName, Fact>);

impl Facts {
    /// Returns the fact of a look-up.
    pub fn get(&self, name: &LookupName) -> Option<&Fact> {
        self.0.get(name)
    }

    /// Iterates over the facts, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&LookupName, &Fact)> {
        self.0.iter()
    }

    /// Returns whether there are no facts.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(LookupName, Fact)> for Facts {
    fn from_iter<I: IntoIterator<Item = (LookupName, Fact)>>(facts: I) -> Facts {
        Facts(facts.into_iter().collect())
    }
}

impl User {
    /// Removes everything that the manifest does not grant.
    #[must_use]
    pub fn granted(self, reads: &UserReads) -> User {
        User {
            user_name: self.user_name,
            status: self.status.filter(|_| reads.has(UserReads::STATUS)),
            enabled: self.enabled.filter(|_| reads.has(UserReads::ENABLED)),
            attributes: self.attributes.into_iter().filter(|(name, _)| reads.has(name)).collect(),
            identities: match reads.has(UserReads::IDENTITIES) {
                true => Some(self.identities.unwrap_or_default()),
                false => None,
            },
        }
    }
}

impl fmt::Display for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LookupError::KeyAbsent => "key-absent",
            LookupError::Unavailable => "unavailable",
            LookupError::Timeout => "timeout",
            LookupError::Throttled => "throttled",
            LookupError::TooLarge => "too-large",
            LookupError::Malformed => "malformed",
            LookupError::AccessDenied => "access-denied",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key_path::KeyPath;

    #[test]
    fn a_fact_table_survives_a_round_trip_through_json() {
        let text = r#"{"same-email":{"users":[{"userName":"mary","status":"CONFIRMED","enabled":true,"attributes":{"email_verified":"true"},"identities":[{"providerName":"Google","userId":"1_2"}]}]},"now":{"time":1764313200000},"slow":{"error":"timeout"}}"#;
        let facts: Facts = serde_json::from_str(text).unwrap();
        let again: Facts = serde_json::from_str(&serde_json::to_string(&facts).unwrap()).unwrap();
        assert_eq!(again, facts);
        let slow = facts.get(&LookupName::new("slow").unwrap());
        assert_eq!(slow, Some(&Fact::Error(LookupError::Timeout)));
    }

    #[test]
    fn a_code_that_tells_of_a_user_is_recognised() {
        let text = r#"{"users":[{"userName":"mary","attributes":{"email":"m.major@example.com","email_verified":"true"},"identities":[{"providerName":"Google","userId":"1234_5"}]}]}"#;
        let fact: Fact = serde_json::from_str(text).unwrap();
        for (code, found) in [
            ("mary", true),
            ("taken-by-mary", true),
            ("m.major-example.com", true),
            ("use-1234_5", true),
            ("account-exists", false),
            ("use-google", false),
            ("not-true", false),
        ] {
            assert_eq!(fact.has_value_in(code), found, "{code}");
        }
        assert!(!Fact::Time(1234).has_value_in("1234"));
    }

    #[test]
    fn a_user_has_only_what_is_granted() {
        let user = User {
            user_name: "mary".to_owned(),
            status: Some("CONFIRMED".to_owned()),
            enabled: Some(true),
            attributes: [("email", "m@example.com"), ("name", "Mary")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            identities: None,
        };
        let here = KeyPath::default();
        let reads = |names: &[&str]| {
            UserReads::list(names.iter().map(ToString::to_string).collect(), &here).unwrap()
        };
        let bare = user.clone().granted(&reads(&[]));
        assert_eq!(bare, User { user_name: "mary".to_owned(), ..User::default() });
        let some = user.granted(&reads(&["enabled", "identities", "email"]));
        assert_eq!((some.status, some.enabled), (None, Some(true)));
        assert_eq!(some.attributes.keys().collect::<Vec<_>>(), ["email"]);
        // A user without identities is told apart from one whose identities are not granted.
        assert_eq!(some.identities, Some(Vec::new()));
    }
}
