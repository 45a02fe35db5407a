//! Confirms a sign-up whose email address is at the domain in `custom:domain`.
//!
//! Other users may sign up as well, and confirm in the usual way.

use admit_policy::{Error, NoSettings, Policy, SignUp, Verdict};

/// The policy; it has no settings.
#[derive(Debug)]
pub struct EmailDomain;

impl Policy for EmailDomain {
    type Settings = NoSettings;

    fn configure(_: NoSettings) -> Result<Self, Error> {
        Ok(Self)
    }

    fn evaluate(&self, sign_up: &SignUp) -> Result<Verdict, Error> {
        let verdict = match (sign_up.email_domain(), sign_up.attribute("custom:domain")) {
            (Some(actual), Some(expected)) if actual.eq_ignore_ascii_case(expected) => {
                Verdict::allow().confirm()
            }
            _ => Verdict::allow(),
        };
        Ok(verdict)
    }
}

admit_policy::export!(EmailDomain);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confirms_at_the_expected_domain_only() {
        let confirmed = Verdict::allow().confirm();
        let abstained = Verdict::allow();

        for (email, domain, expected) in [
            (Some("mary@example.com"), Some("example.com"), &confirmed),
            (Some("mary@Example.COM"), Some("example.com"), &confirmed),
            (Some("mary@example.com"), Some("EXAMPLE.com"), &confirmed),
            (Some("mary@example.org"), Some("example.com"), &abstained),
            (Some("mary@sub.example.com"), Some("example.com"), &abstained),
            (Some("mary@example.com"), None, &abstained),
            (Some("mary@example.com"), Some(""), &abstained),
            (None, Some("example.com"), &abstained),
            (None, None, &abstained),
            (Some(""), Some(""), &abstained),
            (Some("mary@"), Some(""), &abstained),
            (Some("@example.com"), Some("example.com"), &abstained),
            (Some("example.com"), Some("example.com"), &abstained),
            // The mail might go to either domain.
            (Some("a@example.com@x.org"), Some("example.com"), &abstained),
            (Some("a@x.org@example.com"), Some("example.com"), &abstained),
        ] {
            let mut sign_up = SignUp::builder();
            if let Some(email) = email {
                sign_up = sign_up.attribute("email", email);
            }
            if let Some(domain) = domain {
                sign_up = sign_up.attribute("custom:domain", domain);
            }
            let verdict = EmailDomain.evaluate(&sign_up.build());
            assert_eq!(verdict.as_ref(), Ok(expected), "{email:?}, {domain:?}");
        }
    }

    #[test]
    fn takes_no_settings() {
        assert!(EmailDomain::from_json("{}").is_ok());
        assert!(EmailDomain::from_json(r#"{"domain": "example.com"}"#).is_err());
    }
}
