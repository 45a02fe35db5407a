//! Denies sign-ups with an email address at one of very many domains: the policy of the recipe
//! `docs/src/recipes/long-list.md`.

mod domains;

use admit_policy::{Error, Policy, SignUp, Verdict, domain_of};
use domains::Domains;
use serde::Deserialize;

/// The policy: the blocked domains.
#[derive(Debug)]
pub struct LargeDomainList {
    domains: Domains,
}

/// The settings, as they stand in the manifest.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The blocked domains.
    domains: Domains,
}

impl Policy for LargeDomainList {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Error> {
        Ok(Self { domains: settings.domains })
    }

    fn evaluate(&self, sign_up: &SignUp) -> Result<Verdict, Error> {
        let Some(domain) = sign_up.attribute("email").and_then(domain_of) else {
            return Ok(Verdict::allow());
        };
        if self.domains.contain_one_above(&domain.to_ascii_lowercase()) {
            return Ok(Verdict::deny(
                "email-domain-blocked",
                "Please sign up with another email address",
            ));
        }
        Ok(Verdict::allow())
    }
}

admit_policy::export!(LargeDomainList);
