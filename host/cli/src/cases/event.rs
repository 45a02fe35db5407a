//! The event of a case: a file, or the differences from a sample.

use admit_build::source::Source;
use admit_cognito::Event;
use admit_core::KeyPath;
use admit_engine::read_regular_file;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// The event of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GivenEvent {
    /// A file, relative to the file of the case.
    File(String),
    /// A sample sign-up with these members replaced.
    Members(Members),
}

/// The members of an event that a case gives, by Cognito's names.
///
/// A map replaces that of the sample as a whole: a case without an email address gives attributes
/// without `email`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Members {
    trigger_source: Option<String>,
    user_name: Option<String>,
    region: Option<String>,
    user_pool_id: Option<String>,
    client_id: Option<String>,
    user_attributes: Option<BTreeMap<String, String>>,
    validation_data: Option<BTreeMap<String, String>>,
    client_metadata: Option<BTreeMap<String, String>>,
}

impl Default for GivenEvent {
    fn default() -> GivenEvent {
        GivenEvent::Members(Members::default())
    }
}

impl GivenEvent {
    /// The text of the sample event.
    pub(crate) fn sample() -> Vec<u8> {
        Members::default().text().into_bytes()
    }

    /// The text of the event, as Cognito would send it. An error points at the key in the case.
    pub(crate) fn text(
        &self,
        folder: &Path,
        source: &Source,
        key: KeyPath,
    ) -> anyhow::Result<Vec<u8>> {
        let (bytes, name) = match self {
            GivenEvent::Members(members) => (members.text().into_bytes(), String::new()),
            GivenEvent::File(name) => {
                let bytes = read_regular_file(&folder.join(name), Event::MAX_BYTES as u64);
                let bytes = bytes.map_err(|error| {
                    source.error(&key, format!("cannot read the event `{name}`: {error}"))
                })?;
                (bytes, format!("`{name}`: "))
            }
        };
        match Event::parse(&bytes) {
            Ok(_) => Ok(bytes),
            Err(error) => Err(source.error(&key, format!("{name}{error}"))),
        }
    }
}

impl Members {
    fn text(&self) -> String {
        let or = |given: &Option<String>, sample: &str| {
            given.clone().unwrap_or_else(|| sample.to_owned())
        };
        let attributes = || {
            let sample = [
                ("email", "mary_major@example.com"),
                ("name", "Mary Major"),
                ("phone_number", "+12065550100"),
            ];
            sample.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
        };
        json!({
            "version": "1",
            "triggerSource": or(&self.trigger_source, "PreSignUp_SignUp"),
            "region": or(&self.region, "us-east-1"),
            "userPoolId": or(&self.user_pool_id, "us-east-1_EXAMPLE"),
            "userName": or(&self.user_name, "mary_major"),
            "callerContext": {
                "awsSdkVersion": "aws-sdk-unknown-unknown",
                "clientId": or(&self.client_id, "1example23456789"),
            },
            "request": {
                "userAttributes": self.user_attributes.clone().unwrap_or_else(attributes),
                "validationData": self.validation_data.clone().unwrap_or_default(),
                "clientMetadata": self.client_metadata.clone().unwrap_or_default(),
            },
            "response": {
                "autoConfirmUser": false,
                "autoVerifyEmail": false,
                "autoVerifyPhone": false,
            },
        })
        .to_string()
    }
}

impl<'de> Deserialize<'de> for GivenEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<GivenEvent, D::Error> {
        struct FileOrMembers;

        impl<'de> Visitor<'de> for FileOrMembers {
            type Value = GivenEvent;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a file or the members of an event")
            }

            fn visit_str<E>(self, name: &str) -> Result<GivenEvent, E> {
                Ok(GivenEvent::File(name.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<GivenEvent, A::Error> {
                Members::deserialize(MapAccessDeserializer::new(map)).map(GivenEvent::Members)
            }
        }

        deserializer.deserialize_any(FileOrMembers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use admit_core::SignUp;
    use admit_core::{Member, PerMember};
    use std::borrow::Cow;

    fn check(members: serde_json::Value, expected: impl Fn(&SignUp<'_>) -> bool) {
        let members: Members = serde_json::from_value(members).unwrap();
        let text = members.text();
        let event = Event::parse(text.as_bytes()).unwrap();
        assert!(expected(event.sign_up()), "{text}");
    }

    #[test]
    fn the_sample_is_a_complete_sign_up() {
        check(json!({}), |sign_up| {
            let given = [&sign_up.trigger_source, &sign_up.region, &sign_up.user_pool_id];
            let more = [&sign_up.client_id, &sign_up.user_name];
            given.into_iter().chain(more).all(|text| !text.is_empty())
                && sign_up.members[Member::UserAttributes].len() == 3
                && sign_up.members[Member::ValidationData].is_empty()
                && sign_up.members[Member::ClientMetadata].is_empty()
        });
    }

    #[test]
    fn given_members_replace_those_of_the_sample() {
        let members = json!({
            "triggerSource": "PreSignUp_T", "userName": "u", "region": "r", "userPoolId": "p",
            "clientId": "c", "userAttributes": {"a": "1"}, "validationData": {"b": "2"},
            "clientMetadata": {"d": "3"},
        });
        let one =
            |name: &'static str, value: &'static str| vec![(Cow::from(name), Cow::from(value))];
        check(members, |sign_up| {
            *sign_up
                == SignUp {
                    trigger_source: "PreSignUp_T".into(),
                    region: "r".into(),
                    user_pool_id: "p".into(),
                    client_id: "c".into(),
                    user_name: "u".into(),
                    members: PerMember::default()
                        .with(Member::UserAttributes, one("a", "1"))
                        .with(Member::ValidationData, one("b", "2"))
                        .with(Member::ClientMetadata, one("d", "3")),
                }
        });
        check(json!({"userAttributes": {}}), |sign_up| {
            sign_up.members[Member::UserAttributes].is_empty()
        });
    }
}
