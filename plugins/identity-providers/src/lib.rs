//! Denies first sign-ins through an identity provider that is not listed.

use admit_policy::{Error, Policy, SignUp, TriggerSource, Verdict};
use serde::Deserialize;

/// The policy: how the user names of those who may sign up begin.
#[derive(Debug)]
pub struct IdentityProviders {
    prefixes: Vec<String>,
}

/// The settings, as they stand in the manifest.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The identity providers through which people may sign up, named as in the user pool.
    #[cfg_attr(test, schemars(inner(regex(pattern = r"\S"))))]
    providers: Vec<String>,
}

impl Policy for IdentityProviders {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Error> {
        let mut prefixes = Vec::with_capacity(settings.providers.len());
        for (index, provider) in settings.providers.iter().enumerate() {
            if provider.trim().is_empty() {
                return Err(Error::new(format_args!("`providers`: entry {} is blank", index + 1)));
            }
            prefixes.push(format!("{provider}_"));
        }
        Ok(Self { prefixes })
    }

    fn evaluate(&self, sign_up: &SignUp) -> Result<Verdict, Error> {
        if sign_up.trigger_source() != TriggerSource::ExternalProvider {
            return Ok(Verdict::allow());
        }
        let begins = |prefix: &String| begins_with(sign_up.user_name(), prefix);
        if self.prefixes.iter().any(begins) {
            return Ok(Verdict::allow());
        }
        Ok(Verdict::deny("provider-not-allowed", "Please sign in another way"))
    }
}

admit_policy::export!(IdentityProviders);

/// Ignores the case of ASCII letters: in a pool that ignores case, the user name
/// is `google_123`.
fn begins_with(user_name: &str, prefix: &str) -> bool {
    user_name.get(..prefix.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(providers: &str, trigger_source: &str, user_name: &str) -> Verdict {
        let settings = format!(r#"{{"providers": {providers}}}"#);
        let policy = IdentityProviders::from_json(&settings).unwrap();
        let sign_up = SignUp::builder().trigger_source(trigger_source).user_name(user_name);
        policy.evaluate(&sign_up.build()).unwrap()
    }

    #[test]
    fn only_listed_providers_may_sign_up() {
        let denied = Verdict::deny("provider-not-allowed", "Please sign in another way");
        let allowed = Verdict::allow();

        for (user_name, expected) in [
            ("Google_123", &allowed),
            ("google_123", &allowed),
            ("Google_", &allowed),
            ("corp_x_123", &allowed),
            ("Écoles_123", &allowed),
            ("ÉCOLES_123", &allowed),
            ("écoles_123", &denied),
            ("Facebook_123", &denied),
            ("Corp_123", &denied),
            ("Google", &denied),
            ("Googlé_123", &denied),
            ("Google2_123", &denied),
            ("_Google_123", &denied),
            ("MyGoogle_123", &denied),
            ("Facebook_Google_123", &denied),
            ("mary", &denied),
            ("", &denied),
        ] {
            let verdict = verdict(
                r#"["Google", "Corp_X", "Écoles"]"#,
                "PreSignUp_ExternalProvider",
                user_name,
            );
            assert_eq!(&verdict, expected, "{user_name}");
        }
    }

    #[test]
    fn an_empty_list_lets_no_provider_in() {
        let verdict = verdict("[]", "PreSignUp_ExternalProvider", "Google_123");
        assert_eq!(verdict.denial().unwrap().code, "provider-not-allowed");
    }

    #[test]
    fn other_sign_ups_are_not_its_concern() {
        for trigger_source in ["PreSignUp_SignUp", "PreSignUp_AdminCreateUser", "New", ""] {
            for user_name in ["mary", "Facebook_123"] {
                let verdict = verdict(r#"["Google"]"#, trigger_source, user_name);
                assert_eq!(verdict, Verdict::allow(), "{trigger_source} {user_name}");
            }
        }
    }

    #[test]
    fn refuses_settings_that_name_no_provider() {
        for (settings, expected) in [
            (r#"{"providers": ["Google", " "]}"#, "`providers`: entry 2 is blank"),
            (r#"{"providers": [""]}"#, "`providers`: entry 1 is blank"),
            ("{}", "missing field `providers`"),
            (r#"{"provider": ["Google"]}"#, "unknown field `provider`"),
        ] {
            let error = IdentityProviders::from_json(settings).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        }
    }

    #[test]
    fn the_schema_is_the_one_of_the_settings() {
        admit_policy::schema::check::<Settings>("settings.schema.json");
    }
}
