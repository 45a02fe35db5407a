//! Denies sign-ups without a valid invitation code.
//!
//! The settings hold digests of the codes, so that who reads a manifest cannot
//! sign up with what it says.

use admit_policy::{Error, Policy, SignUp, Verdict};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// The policy: where the code comes in, and the digests of those that are valid.
#[derive(Debug)]
pub struct InvitationCode {
    key: String,
    digests: Vec<[u8; 32]>,
}

/// The settings, as they stand in the manifest.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The key under which the code comes, in the validation data or in the client metadata.
    #[serde(default = "invitation_code")]
    #[cfg_attr(test, schemars(length(min = 1)))]
    key: String,
    /// The SHA-256 digests of the valid codes, in hexadecimal.
    #[cfg_attr(test, schemars(inner(regex(pattern = "^[0-9A-Fa-f]{64}$"))))]
    sha256: Vec<String>,
}

impl Policy for InvitationCode {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Error> {
        if settings.key.is_empty() {
            return Err("`key` is empty".into());
        }
        let mut digests = Vec::with_capacity(settings.sha256.len());
        for (index, text) in settings.sha256.iter().enumerate() {
            // The entry itself is not shown: it might be a code by mistake.
            let mut digest = [0; 32];
            match base16ct::mixed::decode(text, &mut digest) {
                Ok(bytes) if bytes.len() == 32 => digests.push(digest),
                _ => {
                    return Err(Error::new(format_args!(
                        "`sha256`: entry {} is not a digest of 64 hexadecimal digits",
                        index + 1
                    )));
                }
            }
        }
        Ok(Self { key: settings.key, digests })
    }

    fn evaluate(&self, sign_up: &SignUp) -> Result<Verdict, Error> {
        let Some(code) = self.code(sign_up) else {
            return Ok(Verdict::deny(
                "invitation-required",
                "An invitation code is required to sign up",
            ));
        };
        if !self.is_valid(code) {
            return Ok(Verdict::deny("invitation-unknown", "This invitation code is not valid"));
        }
        Ok(Verdict::allow())
    }
}

admit_policy::export!(InvitationCode);

impl InvitationCode {
    /// The code of a sign-up. The validation data is meant for it and comes first;
    /// to try both would give two guesses to one sign-up.
    fn code<'a>(&self, sign_up: &'a SignUp) -> Option<&'a str> {
        let not_blank = |code: &&str| !code.is_empty();
        let sent = |code: Option<&'a str>| code.map(str::trim).filter(not_blank);
        sent(sign_up.validation_data(&self.key))
            .or_else(|| sent(sign_up.client_metadata(&self.key)))
    }

    /// Compares with every digest to the end: how long it takes does not tell how
    /// close a guess was.
    fn is_valid(&self, code: &str) -> bool {
        let digest: [u8; 32] = Sha256::digest(code).into();
        let nothing_yet = Choice::from(0);
        let found = self
            .digests
            .iter()
            .fold(nothing_yet, |found, valid| found | valid.as_slice().ct_eq(&digest));
        found.into()
    }
}

fn invitation_code() -> String {
    "invitation-code".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Of `open-sesame` and of `welcome`, by `printf %s open-sesame | sha256sum`.
    const OPEN_SESAME: &str = "d7ecdf25eaf3deba0f2628771dbdd22d4138ab6cf38f91ed02a2ca0dec7c8ab7";
    const WELCOME: &str = "280d44ab1e9f79b5cce2dd4f58f5fe91f0fbacdac9f7447dffc318ceb79f2d02";

    fn settings(key: &str, sha256: &[&str]) -> Settings {
        Settings {
            key: key.to_owned(),
            sha256: sha256.iter().map(|digest| digest.to_string()).collect(),
        }
    }

    fn policy() -> InvitationCode {
        let upper_case = WELCOME.to_uppercase();
        let settings = settings("invitation-code", &[OPEN_SESAME, &upper_case]);
        InvitationCode::configure(settings).unwrap()
    }

    fn code(sign_up: SignUp) -> Option<String> {
        let verdict = policy().evaluate(&sign_up).unwrap();
        verdict.denial().map(|denial| denial.code.clone())
    }

    #[test]
    fn every_valid_code_opens() {
        for (code_sent, expected) in [
            ("open-sesame", None),
            ("welcome", None),
            (" welcome\r\n", None),
            ("Welcome", Some("invitation-unknown")),
            ("wel come", Some("invitation-unknown")),
            ("open-sesamewelcome", Some("invitation-unknown")),
            (OPEN_SESAME, Some("invitation-unknown")),
            ("", Some("invitation-required")),
            (" \t", Some("invitation-required")),
        ] {
            let validation_data = SignUp::builder().validation_data("invitation-code", code_sent);
            assert_eq!(code(validation_data.build()).as_deref(), expected);

            let client_metadata = SignUp::builder().client_metadata("invitation-code", code_sent);
            assert_eq!(code(client_metadata.build()).as_deref(), expected);
        }
    }

    #[test]
    fn a_code_is_required() {
        let elsewhere = SignUp::builder()
            .attribute("invitation-code", "welcome")
            .validation_data("code", "welcome");
        assert_eq!(code(elsewhere.build()).as_deref(), Some("invitation-required"));
    }

    #[test]
    fn validation_data_comes_first() {
        for (validation_data, client_metadata, expected) in [
            ("welcome", "wrong", None),
            ("wrong", "welcome", Some("invitation-unknown")),
            (" ", "welcome", None),
        ] {
            let sign_up = SignUp::builder()
                .validation_data("invitation-code", validation_data)
                .client_metadata("invitation-code", client_metadata);
            assert_eq!(code(sign_up.build()).as_deref(), expected);
        }
    }

    #[test]
    fn the_key_can_be_set() {
        let json = format!(r#"{{"key": "ticket", "sha256": ["{WELCOME}"]}}"#);
        let policy = InvitationCode::from_json(&json).unwrap();

        let sign_up = SignUp::builder().validation_data("ticket", "welcome");
        assert_eq!(policy.evaluate(&sign_up.build()), Ok(Verdict::allow()));

        let json = format!(r#"{{"key": "", "sha256": ["{WELCOME}"]}}"#);
        assert!(InvitationCode::from_json(&json).is_err());
    }

    #[test]
    fn the_key_has_a_default() {
        let json = format!(r#"{{"sha256": ["{WELCOME}"]}}"#);
        let policy = InvitationCode::from_json(&json).unwrap();

        let sign_up = SignUp::builder().validation_data("invitation-code", "welcome");
        assert_eq!(policy.evaluate(&sign_up.build()), Ok(Verdict::allow()));
    }

    #[test]
    fn without_digests_no_code_is_valid() {
        let policy = InvitationCode::from_json(r#"{"sha256": []}"#).unwrap();
        let sign_up = SignUp::builder().validation_data("invitation-code", "welcome");
        let verdict = policy.evaluate(&sign_up.build()).unwrap();
        assert_eq!(verdict.denial().unwrap().code, "invitation-unknown");

        assert!(InvitationCode::from_json("{}").is_err());
    }

    #[test]
    fn malformed_digests_are_refused_by_their_position() {
        for entry in [
            "",
            "welcome",
            &WELCOME[1..],
            &format!("{WELCOME}0"),
            &format!("{WELCOME}00"),
            &WELCOME.replace('a', "g"),
            &format!(" {}", &WELCOME[1..]),
            &format!("+{}", &WELCOME[1..]),
            &format!("é{}", &WELCOME[2..]),
        ] {
            let settings = settings("invitation-code", &[OPEN_SESAME, entry]);
            assert_eq!(
                InvitationCode::configure(settings).unwrap_err().to_string(),
                "`sha256`: entry 2 is not a digest of 64 hexadecimal digits",
                "{entry}"
            );
        }
    }

    #[test]
    fn the_schema_is_the_one_of_the_settings() {
        admit_policy::schema::check::<Settings>("settings.schema.json");
    }
}
