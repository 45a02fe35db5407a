//! The flags of an answer, and a value for each of them.

use crate::per_key::per_key;
use serde::de::{DeserializeOwned, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// A change to the new user that an answer can make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flag {
    /// The new user is confirmed at once.
    Confirm,
    /// The email address is marked as verified.
    VerifyEmail,
    /// The phone number is marked as verified.
    VerifyPhone,
}

impl Flag {
    /// Every flag, in the order in which they are always shown.
    pub const ALL: [Flag; 3] = [Flag::Confirm, Flag::VerifyEmail, Flag::VerifyPhone];

    /// Returns the attribute that the flag is about, if any. Without it the flag has no effect.
    pub fn attribute(self) -> Option<&'static str> {
        match self {
            Flag::Confirm => None,
            Flag::VerifyEmail => Some("email"),
            Flag::VerifyPhone => Some("phone_number"),
        }
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Flag::Confirm => "confirm",
            Flag::VerifyEmail => "verify-email",
            Flag::VerifyPhone => "verify-phone",
        })
    }
}

per_key! {
    /// A value for each flag.
    ///
    /// In a file it is a table with a key for each flag; an absent flag has the default value.
    PerFlag, Flag
}

impl<T: Copy> PerFlag<T> {
    /// Creates the same value for all flags.
    pub const fn all(value: T) -> PerFlag<T> {
        PerFlag([value; Flag::ALL.len()])
    }
}

impl<T: Serialize> Serialize for PerFlag<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, T: DeserializeOwned + Default> Deserialize<'de> for PerFlag<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PerFlag<T>, D::Error> {
        deserializer.deserialize_map(Values(PhantomData))
    }
}

struct Values<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned + Default> Visitor<'de> for Values<T> {
    type Value = PerFlag<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of flags")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PerFlag<T>, A::Error> {
        let mut values = PerFlag::from_fn(|_| None);
        while let Some(flag) = map.next_key::<Flag>()? {
            if values[flag].replace(map.next_value()?).is_some() {
                return Err(A::Error::custom(format_args!("duplicate flag `{flag}`")));
            }
        }
        Ok(PerFlag(values.0.map(Option::unwrap_or_default)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_displayed_and_serialized_alike() {
        for (index, flag) in Flag::ALL.into_iter().enumerate() {
            assert_eq!(flag as usize, index);
            assert_eq!(serde_json::to_value(flag).unwrap(), flag.to_string());
        }
    }

    #[test]
    fn a_flag_without_a_value_has_the_default() {
        let values: PerFlag<u8> = serde_json::from_str(r#"{"verify-email":7}"#).unwrap();
        assert_eq!(values, PerFlag::default().with(Flag::VerifyEmail, 7));
        let text = r#"{"confirm":0,"verify-email":7,"verify-phone":0}"#;
        assert_eq!(serde_json::to_string(&values).unwrap(), text);
        for wrong in [r#"{"confirm":1,"confirm":2}"#, r#"{"verify":1}"#, "[1,2,3]"] {
            assert!(serde_json::from_str::<PerFlag<u8>>(wrong).is_err(), "{wrong}");
        }
    }
}
