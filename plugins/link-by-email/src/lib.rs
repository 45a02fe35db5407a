//! Links a first sign-in through an identity provider to the user with the same verified email
//! address.

use admit_policy::{
    Error, Facts, LinkVerdict, PolicyWithFacts, SignUp, TriggerSource, User, Verdict,
};
use serde::Deserialize;

/// The policy.
#[derive(Debug)]
pub struct LinkByEmail {
    unlinked: Unlinked,
}

/// The settings, as they stand in the manifest.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// What happens if another user has the address, but the identity cannot be linked.
    #[serde(default)]
    unlinked: Unlinked,
}

/// What happens to a sign-up with the address of another user that is not linked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Unlinked {
    /// The identity becomes a user of its own, as without this policy.
    #[default]
    Allow,
    /// The sign-up is denied.
    Deny,
}

impl PolicyWithFacts for LinkByEmail {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Error> {
        Ok(Self { unlinked: settings.unlinked })
    }

    fn evaluate(&self, sign_up: &SignUp, facts: &Facts) -> Result<LinkVerdict, Error> {
        let has_email = sign_up.attribute("email").is_some_and(|email| !email.trim().is_empty());
        if sign_up.trigger_source() != TriggerSource::ExternalProvider || !has_email {
            return Ok(Verdict::allow().into());
        }
        let users = facts.users("user")?;
        if let Some(user) = only_native_user(users)?
            && sign_up.attribute("email_verified") == Some("true")
            && user.is_verified("email")
        {
            return Verdict::allow().link(sign_up, user, "email");
        }
        if users.is_empty() || self.unlinked == Unlinked::Allow {
            return Ok(Verdict::allow().into());
        }
        Ok(Verdict::deny("account-exists", "Please sign in with the account that you have").into())
    }
}

admit_policy::export_with_facts!(LinkByEmail);

/// Returns the only user with a password who may sign in. Several such users are not a person whom
/// the policy could choose.
fn only_native_user(users: &[User]) -> Result<Option<&User>, Error> {
    let mut found = None;
    for user in users {
        if user.is_external()? || user.status()? != "CONFIRMED" || !user.is_enabled()? {
            continue;
        }
        if found.is_some() {
            return Ok(None);
        }
        found = Some(user);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use admit_policy::LookupError;

    const MARY: &str = "mary@example.com";

    fn evaluate(settings: &str, verified: &str, users: Vec<User>) -> LinkVerdict {
        let policy = LinkByEmail::from_json(settings).unwrap();
        let sign_up = SignUp::builder()
            .trigger_source("PreSignUp_ExternalProvider")
            .attribute("email", MARY)
            .attribute("email_verified", verified)
            .build();
        policy.evaluate(&sign_up, &Facts::builder().users("user", users).build()).unwrap()
    }

    fn user(name: &str) -> admit_policy::UserBuilder {
        User::builder(name).attribute("email", MARY).attribute("email_verified", "true")
    }

    #[test]
    fn only_one_confirmed_enabled_user_with_a_verified_address_is_linked() {
        let mary = || user("mary").build();
        for (verified, users, linked) in [
            ("true", vec![mary()], Some("mary")),
            ("true", vec![], None),
            ("false", vec![mary()], None),
            ("", vec![mary()], None),
            ("true", vec![user("mary").attribute("email_verified", "false").build()], None),
            ("true", vec![user("mary").enabled(false).build()], None),
            ("true", vec![user("mary").status("UNCONFIRMED").build()], None),
            ("true", vec![user("Corp_1").status("EXTERNAL_PROVIDER").build()], None),
            ("true", vec![mary(), user("jane").build()], None),
            (
                "true",
                vec![user("Corp_1").status("EXTERNAL_PROVIDER").build(), mary()],
                Some("mary"),
            ),
        ] {
            let verdict = evaluate("{}", verified, users.clone());
            assert_eq!(verdict.linked_user(), linked, "{verified} {users:?}");
            assert_eq!(verdict.verdict(), &Verdict::allow());
            let verdict = evaluate(r#"{"unlinked": "deny"}"#, verified, users.clone());
            assert_eq!(verdict.linked_user(), linked);
            let is_denied = verdict.verdict().denial().is_some();
            assert_eq!(is_denied, linked.is_none() && !users.is_empty(), "{verified} {users:?}");
        }
    }

    #[test]
    fn other_sign_ups_are_not_its_concern_and_a_failed_look_up_is_an_error() {
        let policy = LinkByEmail::from_json("{}").unwrap();
        let failed = Facts::builder().error("user", LookupError::Unavailable).build();
        let external = || SignUp::builder().trigger_source("PreSignUp_ExternalProvider");
        for sign_up in [SignUp::builder().attribute("email", MARY).build(), external().build()] {
            assert_eq!(policy.evaluate(&sign_up, &failed), Ok(Verdict::allow().into()));
        }
        let sign_up = external().attribute("email", MARY).build();
        assert!(policy.evaluate(&sign_up, &failed).is_err());
    }

    #[test]
    fn the_schema_is_the_one_of_the_settings() {
        admit_policy::schema::check::<Settings>("settings.schema.json");
    }
}
