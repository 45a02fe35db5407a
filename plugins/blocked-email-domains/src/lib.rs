//! Denies sign-ups with an email address at a listed domain.

mod domains;

use admit_policy::{Error, Policy, SignUp, Verdict, domain_of};
use domains::{Domains, normalize};
use serde::Deserialize;

/// The policy: the domains at which nobody may sign up.
#[derive(Debug)]
pub struct BlockedEmailDomains {
    domains: Domains,
}

/// The settings, as they stand in the manifest.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The domains at which nobody may sign up, nor at any subdomain of them.
    #[cfg_attr(
        test,
        schemars(
            with = "Vec<String>",
            inner(length(max = 254), regex(pattern = r"^([A-Za-z0-9_-]+\.)*[A-Za-z0-9_-]+\.?$"))
        )
    )]
    domains: Domains,
}

impl Policy for BlockedEmailDomains {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Error> {
        match settings.domains.refused() {
            Some(entry) => Err(Error::new(format_args!(
                "`domains`: `{entry}` is not a domain such as `example.com`"
            ))),
            None => Ok(Self { domains: settings.domains }),
        }
    }

    fn evaluate(&self, sign_up: &SignUp) -> Result<Verdict, Error> {
        let Some(email) = sign_up.attribute("email") else {
            return Ok(Verdict::allow());
        };
        let Some(mut domain) = domain_of(email).map(str::to_owned) else {
            return Ok(deny("email-domain-unknown"));
        };
        // An odd way to write a domain must not be a way around the list.
        if !normalize(&mut domain) {
            return Ok(deny("email-domain-unknown"));
        }
        if self.domains.contain_one_above(&domain) {
            return Ok(deny("email-domain-blocked"));
        }
        Ok(Verdict::allow())
    }
}

admit_policy::export!(BlockedEmailDomains);

fn deny(code: &str) -> Verdict {
    Verdict::deny(code, "Please sign up with another email address")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(domains: &[&str]) -> Result<BlockedEmailDomains, Error> {
        BlockedEmailDomains::configure(Settings { domains: domains.iter().copied().collect() })
    }

    fn code(policy: &BlockedEmailDomains, email: &str) -> Option<String> {
        let sign_up = SignUp::builder().attribute("email", email).build();
        let verdict = policy.evaluate(&sign_up).unwrap();
        verdict.denial().map(|denial| denial.code.clone())
    }

    #[test]
    fn denies_listed_domains_and_what_is_below_them() {
        let policy = policy(&["spam.example", "Mixed.Example", "dot.example.", "net"]).unwrap();

        for (email, expected) in [
            ("mary@spam.example", Some("email-domain-blocked")),
            ("mary@SPAM.Example", Some("email-domain-blocked")),
            ("mary@spam.example.", Some("email-domain-blocked")),
            ("mary@a.b.spam.example", Some("email-domain-blocked")),
            ("mary@mixed.example", Some("email-domain-blocked")),
            ("mary@dot.example", Some("email-domain-blocked")),
            ("mary@dot.example.", Some("email-domain-blocked")),
            ("mary@any.net", Some("email-domain-blocked")),
            ("mary@example", None),
            ("mary@example.com", None),
            ("mary@notspam.example", None),
            ("mary@spam.example.com", None),
            ("spam.example@example.com", None),
        ] {
            assert_eq!(code(&policy, email).as_deref(), expected, "{email}");
        }
    }

    #[test]
    fn denies_addresses_whose_domain_cannot_be_told() {
        let policy = policy(&["spam.example"]).unwrap();

        for email in [
            "",
            "@",
            "mary",
            "mary@",
            "@example.com",
            "mary@spam.example@example.com",
            "mary@example.com@spam.example",
            "mary@spam.example..",
            "mary@.",
            "mary@.spam.example",
            "mary@spam..example",
            "mary@spam.example ",
            "mary@spam.example\n",
            "mary@spam.example(comment)",
            "<mary@spam.example>",
            "mary@[192.0.2.1]",
            // A full-width letter, which mail software may read as `e`.
            "mary@spam.ｅxample",
            &format!("mary@{}spam.example", "a.".repeat(128)),
        ] {
            let code = code(&policy, email);
            assert_eq!(code.as_deref(), Some("email-domain-unknown"), "{email}");
        }
    }

    #[test]
    fn abstains_without_an_email_address() {
        let policy = policy(&["spam.example"]).unwrap();
        let sign_up = SignUp::builder().user_name("mary@spam.example").build();
        assert_eq!(policy.evaluate(&sign_up), Ok(Verdict::allow()));
    }

    #[test]
    fn tells_the_person_nothing_about_the_list() {
        let policy = policy(&["spam.example"]).unwrap();
        for email in ["mary@spam.example", "mary"] {
            let sign_up = SignUp::builder().attribute("email", email).build();
            let verdict = policy.evaluate(&sign_up).unwrap();
            assert_eq!(
                verdict.denial().unwrap().message,
                "Please sign up with another email address"
            );
        }
    }

    #[test]
    fn refuses_entries_that_are_no_domain() {
        for entry in [
            "",
            ".",
            ".example.com",
            "*.example.com",
            "mary@example.com",
            "example com",
            " example.com",
            "bücher.example",
            "https://example.com",
        ] {
            let error = policy(&["spam.example", entry]).unwrap_err().to_string();
            assert!(error.contains("`domains`"), "{error}");
            assert!(error.contains(&format!("`{}`", entry.trim_end_matches('.'))), "{error}");
        }
    }

    #[test]
    fn refuses_settings_of_another_shape() {
        for settings in ["{}", r#"{"domains": "a.b"}"#, r#"{"domain": ["a.b"]}"#] {
            assert!(BlockedEmailDomains::from_json(settings).is_err(), "{settings}");
        }
        assert!(BlockedEmailDomains::from_json(r#"{"domains": []}"#).is_ok());
    }

    #[test]
    fn finds_each_of_many_entries() {
        // Neither in order nor in reverse.
        let entry = |number: usize| format!("domain-{}.example", number * 2_741 % 5_000);
        let domains: Vec<String> = (0..5_000).map(entry).collect();
        let domains = domains.iter().map(String::as_str).collect();
        let policy = BlockedEmailDomains::configure(Settings { domains }).unwrap();

        for number in 0..5_000 {
            let email = format!("mary@mail.domain-{number}.example");
            let code = code(&policy, &email);
            assert_eq!(code.as_deref(), Some("email-domain-blocked"), "{email}");
        }
        assert_eq!(code(&policy, "mary@domain-5000.example"), None);
    }

    #[test]
    fn the_schema_is_the_one_of_the_settings() {
        admit_policy::schema::check::<Settings>("settings.schema.json");
    }
}
