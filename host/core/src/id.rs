//! Names that a manifest gives to policies, look-ups and facts.

use serde::{Deserialize, Serialize, Serializer};
use std::fmt;
use std::sync::Arc;
use thiserror::Error;

/// The error for a text that cannot be a name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "`{name}` is not a {expected}: use letters, digits, `-`, `_` and `.`, at most 64 characters"
)]
pub struct InvalidId {
    name: String,
    expected: &'static str,
}

/// Defines a type of names, with 1 to 64 letters, digits, `-`, `_` and `.`.
macro_rules! id {
    ($(#[$doc:meta])* $type:ident, $expected:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $type(Arc<str>);

        impl $type {
            /// Validates a name.
            pub fn new(name: &str) -> Result<$type, InvalidId> {
                match is_id(name) {
                    true => Ok($type(name.into())),
                    false => Err(InvalidId { name: name.to_owned(), expected: $expected }),
                }
            }

            /// Returns the name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $type {
            type Error = InvalidId;

            fn try_from(name: String) -> Result<$type, InvalidId> {
                $type::new(&name)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    };
}

id! {
    /// The name of a policy: 1 to 64 letters, digits, `-`, `_` and `.`.
    PolicyId, "policy id"
}

id! {
    /// The name of a look-up in the manifest: 1 to 64 letters, digits, `-`, `_` and `.`.
    LookupName, "name of a look-up"
}

id! {
    /// The name by which a policy knows a fact: 1 to 64 letters, digits, `-`, `_` and `.`.
    Role, "role of a fact"
}

fn is_id(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    (1..=64).contains(&name.len()) && name.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_short_and_printable() {
        for good in ["a", "corporate-domain", "Tenant_7.v2", &"x".repeat(64)] {
            assert!(PolicyId::new(good).is_ok(), "{good}");
        }
        for bad in ["", "a b", "ä", "a\n", "a/b", &"x".repeat(65)] {
            assert!(PolicyId::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_error_says_what_was_expected() {
        let error = LookupName::new("a b").unwrap_err().to_string();
        let expected = "`a b` is not a name of a look-up: use letters, digits, `-`, `_` and `.`, \
                        at most 64 characters";
        assert_eq!(error, expected);
    }
}
