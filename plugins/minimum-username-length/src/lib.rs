//! Denies user names that are too short.

use admit_policy::{Error, Policy, SignUp, Verdict};
use serde::Deserialize;

/// The policy: how many characters a user name has at least.
#[derive(Debug)]
pub struct MinimumUsernameLength {
    characters: usize,
}

/// The settings, as they stand in the manifest.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    #[serde(default = "five")]
    characters: usize,
}

impl Policy for MinimumUsernameLength {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Error> {
        Ok(Self { characters: settings.characters })
    }

    fn evaluate(&self, sign_up: &SignUp) -> Result<Verdict, Error> {
        let minimum = self.characters;
        if sign_up.user_name().chars().count() < minimum {
            return Ok(Verdict::deny(
                "username-too-short",
                format!(
                    "Cannot register users with username less than the minimum length of {minimum}"
                ),
            ));
        }
        Ok(Verdict::allow())
    }
}

admit_policy::export!(MinimumUsernameLength);

fn five() -> usize {
    5
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(settings: &str, user_name: &str, expected: &Verdict) {
        let policy = MinimumUsernameLength::from_json(settings).unwrap();
        let sign_up = SignUp::builder().user_name(user_name).build();
        let verdict = policy.evaluate(&sign_up);
        assert_eq!(verdict.as_ref(), Ok(expected), "{settings} {user_name}");
    }

    #[test]
    fn denies_names_that_are_too_short() {
        let too_short = Verdict::deny(
            "username-too-short",
            "Cannot register users with username less than the minimum length of 5",
        );
        for settings in ["{}", r#"{"characters": 5}"#] {
            check(settings, "", &too_short);
            check(settings, "rroe", &too_short);
            check(settings, "rroe1", &Verdict::allow());
            check(settings, "rroe12", &Verdict::allow());
        }
    }

    #[test]
    fn counts_characters_and_not_bytes() {
        let too_short = Verdict::deny(
            "username-too-short",
            "Cannot register users with username less than the minimum length of 3",
        );
        check(r#"{"characters": 3}"#, "éé", &too_short);
        check(r#"{"characters": 3}"#, "😀😀", &too_short);
        check(r#"{"characters": 3}"#, "ééé", &Verdict::allow());
    }

    #[test]
    fn refuses_settings_that_are_no_length() {
        for settings in [
            r#"{"characters": -1}"#,
            r#"{"characters": 1.5}"#,
            r#"{"characters": "5"}"#,
            r#"{"minimum": 5}"#,
        ] {
            let error = MinimumUsernameLength::from_json(settings).unwrap_err();
            assert!(error.to_string().contains("line 1 column"), "{error}");
        }
    }
}
