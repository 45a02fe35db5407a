//! The trait that a policy implements.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::{Error, SignUp, Verdict};

/// A policy: made from its settings, it answers sign-ups with verdicts.
///
/// The host makes a policy once for every sign-up and asks it once. The answer
/// must depend on nothing but the settings and the sign-up.
pub trait Policy: Sized {
    /// The settings, as they stand in the manifest: usually a struct with
    /// `#[derive(Deserialize)]` and `#[serde(deny_unknown_fields)]`.
    ///
    /// A policy without settings uses [`NoSettings`].
    type Settings: DeserializeOwned;

    /// Makes the policy from its settings.
    ///
    /// Settings that do not have the right shape never get here: the host reports
    /// them with what is wrong and where.
    ///
    /// # Errors
    ///
    /// Says, to the author of the manifest, what is wrong with the settings.
    fn configure(settings: Self::Settings) -> Result<Self, Error>;

    /// Decides on one sign-up.
    ///
    /// # Errors
    ///
    /// An error means "could not decide". It denies the sign-up unless the
    /// manifest says otherwise, with a fixed message in place of this one. To
    /// refuse a sign-up, answer [`Verdict::deny`] instead.
    fn evaluate(&self, sign_up: &SignUp) -> Result<Verdict, Error>;

    /// Makes the policy from settings as JSON, the way the host does.
    ///
    /// ```
    /// # use admit_policy::{Error, NoSettings, Policy, SignUp, Verdict};
    /// # #[derive(Debug)]
    /// # struct AllowAll;
    /// # impl Policy for AllowAll {
    /// #     type Settings = NoSettings;
    /// #     fn configure(_: NoSettings) -> Result<Self, Error> { Ok(Self) }
    /// #     fn evaluate(&self, _: &SignUp) -> Result<Verdict, Error> { Ok(Verdict::allow()) }
    /// # }
    /// assert!(AllowAll::from_json("{}").is_ok());
    ///
    /// let error = AllowAll::from_json(r#"{ "speed": 9 }"#).unwrap_err();
    /// assert!(error.to_string().contains("unknown field `speed`"));
    /// ```
    ///
    /// # Errors
    ///
    /// Says what is wrong with the JSON and in which line and column, or what
    /// [`configure`](Policy::configure) says.
    fn from_json(settings: &str) -> Result<Self, Error> {
        Self::configure(parse_settings(settings)?)
    }
}

/// Reads settings from JSON.
pub(crate) fn parse_settings<S: DeserializeOwned>(settings: &str) -> Result<S, Error> {
    // Serde would also take an array for a struct, field by field.
    if !settings.trim_ascii_start().starts_with('{') {
        return Err("the settings are not a JSON object".into());
    }
    serde_json::from_str(settings)
        .map_err(|error| Error::new(format_args!("the settings do not fit: {error}")))
}

/// The settings of a policy that has none: only `{}` is accepted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoSettings {}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Threshold(u8);

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        threshold: u8,
    }

    impl Policy for Threshold {
        type Settings = Settings;

        fn configure(settings: Settings) -> Result<Self, Error> {
            if settings.threshold == 0 {
                return Err("`threshold` must be positive".into());
            }
            Ok(Self(settings.threshold))
        }

        fn evaluate(&self, _: &SignUp) -> Result<Verdict, Error> {
            Ok(Verdict::allow())
        }
    }

    #[test]
    fn settings_come_as_json() {
        assert_eq!(Threshold::from_json(" { \"threshold\": 3 }\n"), Ok(Threshold(3)));
    }

    #[test]
    fn errors_say_what_is_wrong_with_the_settings() {
        for (settings, expected) in [
            ("", "not a JSON object"),
            ("null", "not a JSON object"),
            ("[3]", "not a JSON object"),
            ("{", "EOF while parsing an object at line 1 column 1"),
            ("{}", "missing field `threshold` at line 1 column 2"),
            (
                "{\n  \"threshold\": \"3\"\n}",
                "invalid type: string \"3\", expected u8 at line 2 column 18",
            ),
            (
                r#"{"threshold": 300}"#,
                "invalid value: integer `300`, expected u8 at line 1 column 17",
            ),
            (
                r#"{"threshold": 3, "speed": 9}"#,
                "unknown field `speed`, expected `threshold` at line 1 column 24",
            ),
            (r#"{"threshold": 3} {}"#, "trailing characters at line 1 column 18"),
            (r#"{"threshold": 0}"#, "`threshold` must be positive"),
        ] {
            let error = Threshold::from_json(settings).unwrap_err().to_string();
            assert!(error.ends_with(expected), "{settings}: {error}");
        }
    }

    #[test]
    fn no_settings_are_an_empty_object() {
        assert_eq!(serde_json::from_str::<NoSettings>("{}").unwrap(), NoSettings {});
        assert!(serde_json::from_str::<NoSettings>(r#"{"speed": 9}"#).is_err());
        assert!(serde_json::from_str::<NoSettings>("null").is_err());
    }
}
