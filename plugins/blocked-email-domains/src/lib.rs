//! Denies sign-ups with an email address at a listed domain, or at a subdomain of one.

use admit_policy::{Error, Policy, SignUp, Verdict, domain_of};
use serde::Deserialize;
use std::iter::successors;

/// The policy: the blocked domains in order, in lower case and without a final dot.
#[derive(Debug)]
pub struct BlockedEmailDomains {
    domains: Vec<String>,
}

/// The settings, as they stand in the manifest.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The blocked domains, whose subdomains are blocked as well.
    #[cfg_attr(
        test,
        schemars(inner(
            length(max = 254),
            regex(pattern = r"^([A-Za-z0-9_-]+\.)*[A-Za-z0-9_-]+\.?$")
        ))
    )]
    domains: Vec<String>,
}

impl Policy for BlockedEmailDomains {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Error> {
        let mut domains: Vec<String> = settings.domains.into_iter().map(normalize).collect();
        if let Some(entry) = domains.iter().find(|domain| !is_domain(domain)) {
            return Err(Error::new(format_args!(
                "`domains`: `{entry}` is not a domain such as `example.com`"
            )));
        }
        domains.sort_unstable();
        Ok(Self { domains })
    }

    fn evaluate(&self, sign_up: &SignUp) -> Result<Verdict, Error> {
        let Some(email) = sign_up.attribute("email") else {
            return Ok(Verdict::allow());
        };
        let domain = normalize(domain_of(email).unwrap_or_default().to_owned());
        // An unusual spelling must not get around the list.
        if !is_domain(&domain) {
            return Ok(deny("email-domain-unknown"));
        }
        let mut names = successors(Some(domain.as_str()), |name| Some(name.split_once('.')?.1));
        let is_listed =
            |name: &str| self.domains.binary_search_by(|listed| listed.as_str().cmp(name)).is_ok();
        if names.any(is_listed) {
            return Ok(deny("email-domain-blocked"));
        }
        Ok(Verdict::allow())
    }
}

admit_policy::export!(BlockedEmailDomains);

/// The same message in both cases: it tells nothing about the list.
fn deny(code: &str) -> Verdict {
    Verdict::deny(code, "Please sign up with another email address")
}

/// The domain in lower case and without a final dot.
fn normalize(mut domain: String) -> String {
    if domain.ends_with('.') {
        domain.pop();
    }
    domain.make_ascii_lowercase();
    domain
}

/// Whether a normalized text is a domain that mail can reach: only ASCII, among others.
fn is_domain(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(is_allowed);
    text.len() <= 253 && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(domains: &[&str]) -> Result<BlockedEmailDomains, Error> {
        let domains = domains.iter().map(|domain| (*domain).to_owned()).collect();
        BlockedEmailDomains::configure(Settings { domains })
    }

    #[test]
    fn denies_listed_domains_and_what_is_below_them() {
        let policy = policy(&["spam.example", "Mixed.Example", "dot.example.", "net"]).unwrap();
        let (blocked, unknown) = (Some("email-domain-blocked"), Some("email-domain-unknown"));
        let long = format!("mary@{}spam.example", "a.".repeat(128));

        for (email, expected) in [
            ("mary@spam.example", blocked),
            ("mary@SPAM.Example.", blocked),
            ("mary@a.b.spam.example", blocked),
            ("mary@mixed.example", blocked),
            ("mary@dot.example", blocked),
            ("mary@any.net", blocked),
            ("mary@example", None),
            ("mary@notspam.example", None),
            ("mary@spam.example.com", None),
            ("spam.example@example.com", None),
            ("", unknown),
            ("mary", unknown),
            ("mary@", unknown),
            ("@example.com", unknown),
            ("mary@spam.example@example.com", unknown),
            ("mary@spam.example..", unknown),
            ("mary@.spam.example", unknown),
            ("mary@spam..example", unknown),
            ("mary@spam.example ", unknown),
            ("<mary@spam.example>", unknown),
            ("mary@[192.0.2.1]", unknown),
            // A full-width letter, which mail software may read as `e`.
            ("mary@spam.ｅxample", unknown),
            (&long, unknown),
        ] {
            let sign_up = SignUp::builder().attribute("email", email).build();
            let verdict = policy.evaluate(&sign_up).unwrap();
            assert_eq!(verdict.denial().map(|denial| denial.code.as_str()), expected, "{email}");
        }
    }

    #[test]
    fn abstains_without_an_email_address() {
        let sign_up = SignUp::builder().user_name("mary@spam.example").build();
        let verdict = policy(&["spam.example"]).unwrap().evaluate(&sign_up);
        assert_eq!(verdict, Ok(Verdict::allow()));
    }

    #[test]
    fn refuses_entries_that_are_not_domains() {
        for entry in
            ["", ".", ".example.com", "*.example.com", "mary@example.com", "bücher.example"]
        {
            let error = policy(&["spam.example", entry]).unwrap_err().to_string();
            let shown = entry.trim_end_matches('.');
            assert_eq!(
                error,
                format!("`domains`: `{shown}` is not a domain such as `example.com`")
            );
        }
    }

    #[test]
    fn the_schema_is_the_one_of_the_settings() {
        admit_policy::schema::check::<Settings>("settings.schema.json");
    }
}
