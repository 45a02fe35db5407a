//! Denies a sign-up whose email address another user has, and names the way to sign in.

use admit_policy::{Error, Facts, LinkVerdict, PolicyWithFacts, SignUp, User, Verdict};
use serde::Deserialize;

/// The policy.
#[derive(Debug)]
pub struct OneAccountPerEmail {
    message: Message,
}

/// The settings, as they stand in the manifest.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Whether the message tells that there is an account.
    #[serde(default)]
    message: Message,
}

/// What the person signing up is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Message {
    /// That there is an account, and how its owner signs in. It tells everyone who tries whether an
    /// address has an account.
    #[default]
    NameTheMethod,
    /// A text that does not tell whether there is an account.
    Neutral,
}

impl PolicyWithFacts for OneAccountPerEmail {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Error> {
        Ok(Self { message: settings.message })
    }

    fn evaluate(&self, sign_up: &SignUp, facts: &Facts) -> Result<LinkVerdict, Error> {
        if sign_up.attribute("email").is_none_or(|email| email.trim().is_empty()) {
            return Ok(Verdict::allow().into());
        }
        let users = facts.users("user")?;
        let Some(first) = users.first() else {
            return Ok(Verdict::allow().into());
        };
        let message = match self.message {
            Message::Neutral => "Please check your email address, or sign in".to_owned(),
            Message::NameTheMethod => {
                format!("You have an account: please sign in with {}", method(first)?)
            }
        };
        Ok(Verdict::deny("account-exists", message).into())
    }
}

admit_policy::export_with_facts!(OneAccountPerEmail);

/// Returns how a user signs in: with a password, or through an identity provider.
fn method(user: &User) -> Result<&str, Error> {
    if !user.is_external()? {
        return Ok("your password");
    }
    let provider = user.identities()?.first().map(|identity| identity.provider_name.as_str());
    Ok(provider.unwrap_or("your identity provider"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARY: &str = "mary@example.com";

    fn evaluate(settings: &str, users: Vec<User>) -> LinkVerdict {
        let policy = OneAccountPerEmail::from_json(settings).unwrap();
        let sign_up = SignUp::builder().attribute("email", MARY).build();
        policy.evaluate(&sign_up, &Facts::builder().users("user", users).build()).unwrap()
    }

    #[test]
    fn the_message_names_the_way_to_sign_in_unless_it_is_neutral() {
        let native = || User::builder("mary").build();
        let external = || {
            let user = User::builder("Google_1").status("EXTERNAL_PROVIDER");
            user.identity("Google", "1").build()
        };
        let unknown = || User::builder("Google_1").status("EXTERNAL_PROVIDER").build();
        let neutral = r#"{"message": "neutral"}"#;
        for (settings, user, message) in [
            ("{}", native(), "You have an account: please sign in with your password"),
            ("{}", external(), "You have an account: please sign in with Google"),
            ("{}", unknown(), "You have an account: please sign in with your identity provider"),
            (neutral, native(), "Please check your email address, or sign in"),
            (neutral, external(), "Please check your email address, or sign in"),
        ] {
            let verdict = evaluate(settings, vec![user]);
            assert_eq!(verdict.verdict().denial().unwrap().message, message);
        }
        assert_eq!(evaluate("{}", vec![]).verdict(), &Verdict::allow());
    }

    #[test]
    fn the_schema_is_the_one_of_the_settings() {
        admit_policy::schema::check::<Settings>("settings.schema.json");
    }
}
