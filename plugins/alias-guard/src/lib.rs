//! Withholds verification of an address that is already the verified alias of another user.

use admit_policy::{Error, Facts, LinkVerdict, NoSettings, PolicyWithFacts, SignUp, Verdict};

/// The policy; it has no settings.
#[derive(Debug)]
pub struct AliasGuard;

impl PolicyWithFacts for AliasGuard {
    type Settings = NoSettings;

    fn configure(_: NoSettings) -> Result<Self, Error> {
        Ok(Self)
    }

    fn evaluate(&self, sign_up: &SignUp, facts: &Facts) -> Result<LinkVerdict, Error> {
        let mut verdict = Verdict::allow();
        if is_taken(sign_up, facts, "email", "email")? {
            verdict = verdict.withhold_verify_email();
        }
        if is_taken(sign_up, facts, "phone", "phone_number")? {
            verdict = verdict.withhold_verify_phone();
        }
        Ok(verdict.into())
    }
}

admit_policy::export_with_facts!(AliasGuard);

/// Returns whether another user has the value of an attribute as a verified alias. Cognito would
/// take the alias away from that user.
fn is_taken(sign_up: &SignUp, facts: &Facts, role: &str, attribute: &str) -> Result<bool, Error> {
    if sign_up.attribute(attribute).is_none_or(|value| value.trim().is_empty()) {
        return Ok(false);
    }
    Ok(facts.users(role)?.iter().any(|user| user.is_verified(attribute)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use admit_policy::{LookupError, User};

    #[test]
    fn only_a_verified_alias_is_taken() {
        let user = |verified: &str| User::builder("mary").attribute("email_verified", verified);
        let sign_up = SignUp::builder().attribute("email", "mary@example.com").build();
        let no_phone = || Facts::builder().error("phone", LookupError::KeyAbsent);
        for (users, expected) in [
            (vec![], Verdict::allow()),
            (vec![user("false").build()], Verdict::allow()),
            (
                vec![user("false").build(), user("true").build()],
                Verdict::allow().withhold_verify_email(),
            ),
        ] {
            let facts = no_phone().users("email", users).build();
            assert_eq!(AliasGuard.evaluate(&sign_up, &facts), Ok(expected.into()));
        }
        let facts = no_phone().error("email", LookupError::Timeout).build();
        assert!(AliasGuard.evaluate(&sign_up, &facts).is_err());
    }
}
