//! Denies sign-ups without an email address at a listed domain.

use admit_policy::{Error, Policy, SignUp, Verdict};
use serde::Deserialize;

/// The policy, made from its settings for every sign-up.
#[derive(Debug)]
pub struct ListedDomains {
    domains: Vec<String>,
}

/// The settings, as they stand in the manifest.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The domains at which people may sign up, such as `example.com`.
    #[cfg_attr(test, schemars(length(min = 1)))]
    domains: Vec<String>,
}

impl Policy for ListedDomains {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Error> {
        if settings.domains.is_empty() {
            return Err("`domains` is empty, which would deny every sign-up".into());
        }
        Ok(Self {
            domains: settings.domains,
        })
    }

    fn evaluate(&self, sign_up: &SignUp) -> Result<Verdict, Error> {
        // Only there if `reads` in policy.toml asks for it and the manifest grants it.
        let Some(domain) = sign_up.email_domain() else {
            return Ok(Verdict::deny(
                "email-missing",
                "Please sign up with an email address",
            ));
        };
        if !self
            .domains
            .iter()
            .any(|listed| listed.eq_ignore_ascii_case(domain))
        {
            // The code is for machines and logs, the message for the person signing up.
            return Ok(Verdict::deny(
                "email-domain-not-listed",
                "Please sign up with the email address of your company",
            ));
        }
        Ok(Verdict::allow())
    }
}

admit_policy::export!(ListedDomains);

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: &str = r#"{ "domains": ["example.org", "example.com"] }"#;

    fn check(sign_up: SignUp, expected: Option<&str>) {
        let policy = ListedDomains::from_json(SETTINGS).unwrap();
        let verdict = policy.evaluate(&sign_up).unwrap();
        let code = verdict.denial().map(|denial| denial.code.as_str());
        assert_eq!(code, expected, "{sign_up:?}");
    }

    #[test]
    fn denies_addresses_at_other_domains() {
        for (email, expected) in [
            ("mary@example.com", None),
            ("mary@Example.ORG", None),
            ("mary@example.net", Some("email-domain-not-listed")),
            ("mary@sub.example.com", Some("email-domain-not-listed")),
            ("mary", Some("email-missing")),
        ] {
            check(
                SignUp::builder().attribute("email", email).build(),
                expected,
            );
        }
        check(
            SignUp::builder().user_name("mary").build(),
            Some("email-missing"),
        );
    }

    #[test]
    fn refuses_an_empty_list() {
        let error = ListedDomains::from_json(r#"{ "domains": [] }"#).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`domains` is empty, which would deny every sign-up"
        );
    }

    /// `ADMIT_UPDATE_SCHEMA=1 cargo test` writes the file again.
    #[test]
    fn the_schema_is_the_one_of_the_settings() {
        admit_policy::schema::check::<Settings>("settings.schema.json");
    }
}
