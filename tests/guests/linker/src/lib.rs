//! Votes on the link as its settings say, and reports the facts that it receives.

use admit_policy::{Error, Facts, LinkVerdict, PolicyWithFacts, SignUp, User, Verdict, log};
use serde::Deserialize;

/// What the policy votes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Linker {
    /// Link to this user, whether a fact contains the user or not.
    link: Option<String>,
    /// Withhold the link.
    #[serde(default)]
    withhold: bool,
    /// Write the fact of this role to the log.
    show: Option<String>,
    /// Deny with the name of a user in the fact of this role as the code.
    tell: Option<String>,
}

impl PolicyWithFacts for Linker {
    type Settings = Linker;

    fn configure(settings: Linker) -> Result<Self, Error> {
        Ok(settings)
    }

    fn evaluate(&self, _: &SignUp, facts: &Facts) -> Result<LinkVerdict, Error> {
        if let Some(role) = &self.show {
            log::info(format_args!("{:?} {:?}", facts.users(role), facts.time_millis(role)));
        }
        if let Some(role) = &self.tell {
            let user = facts.users(role)?.first().map_or("", User::user_name);
            return Ok(Verdict::deny(user, "No").into());
        }
        let verdict = Verdict::allow();
        Ok(match &self.link {
            Some(user) => verdict.link_unverified(&User::builder(user.as_str()).build()),
            None if self.withhold => verdict.withhold_link(),
            None => verdict.into(),
        })
    }
}

admit_policy::export_with_facts!(Linker);
