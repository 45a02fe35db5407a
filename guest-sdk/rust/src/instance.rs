//! One instance of a component: configured once, then asked.

use std::cell::OnceCell;

#[cfg(feature = "facts")]
use crate::PolicyWithFacts;
use crate::bindings::admit::policy::types as wit;
use crate::{Error, Policy};

/// A policy that waits for its settings, and then for a sign-up.
#[derive(Debug)]
pub struct Instance<P> {
    policy: OnceCell<P>,
}

impl<P> Instance<P> {
    /// Waits for settings.
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "only the macro `export` makes one, and in a constant"
    )]
    pub const fn new() -> Self {
        Self { policy: OnceCell::new() }
    }

    /// Makes the policy with one of its functions.
    fn configure_by(
        &self,
        settings: &str,
        from_json: impl FnOnce(&str) -> Result<P, Error>,
    ) -> Result<(), String> {
        let configure = || {
            if self.policy.get().is_some() {
                return Err(Error::new("the policy is configured already"));
            }
            let _ = self.policy.set(from_json(settings)?);
            Ok(())
        };
        configure().map_err(String::from)
    }

    fn policy(&self) -> Result<&P, &'static str> {
        self.policy.get().ok_or("the policy is not configured")
    }
}

impl<P: Policy> Instance<P> {
    /// Makes the policy.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the settings, or that the policy was made before.
    pub fn configure(&self, settings: &str) -> Result<(), String> {
        self.configure_by(settings, P::from_json)
    }

    /// Asks the policy.
    ///
    /// # Errors
    ///
    /// Says why there is no verdict, or that the policy is not configured yet.
    pub fn evaluate(&self, request: wit::SignUp) -> Result<wit::Verdict, String> {
        let verdict = self.policy()?.evaluate(&request.into())?;
        Ok(verdict.into())
    }
}

#[cfg(feature = "facts")]
impl<P: PolicyWithFacts> Instance<P> {
    /// Makes the policy with facts.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the settings, or that the policy was made before.
    pub fn configure_with_facts(&self, settings: &str) -> Result<(), String> {
        self.configure_by(settings, P::from_json)
    }

    /// Asks the policy with facts.
    ///
    /// # Errors
    ///
    /// Says why there is no verdict, or that the policy is not configured yet.
    pub fn evaluate_with_facts(
        &self,
        request: wit::SignUp,
        facts: Vec<wit::Fact>,
    ) -> Result<wit::Verdict, String> {
        let verdict = self.policy()?.evaluate(&request.into(), &facts.into())?;
        Ok(verdict.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SignUp, Verdict};

    struct OneName(String);

    #[derive(serde::Deserialize)]
    struct Settings {
        name: String,
    }

    impl Policy for OneName {
        type Settings = Settings;

        fn configure(settings: Settings) -> Result<Self, Error> {
            Ok(Self(settings.name))
        }

        fn evaluate(&self, sign_up: &SignUp) -> Result<Verdict, Error> {
            if sign_up.user_name().is_empty() {
                return Err("no user name".into());
            }
            if sign_up.user_name() == self.0 {
                return Ok(Verdict::allow().confirm());
            }
            Ok(Verdict::deny("other-name", "Not you"))
        }
    }

    fn request(user_name: &str) -> wit::SignUp {
        wit::SignUp {
            trigger_source: String::new(),
            region: String::new(),
            user_pool_id: String::new(),
            client_id: String::new(),
            user_name: user_name.to_owned(),
            user_attributes: Vec::new(),
            validation_data: Vec::new(),
            client_metadata: Vec::new(),
        }
    }

    #[test]
    fn answers_once_configured() {
        let instance = Instance::<OneName>::new();
        assert_eq!(instance.configure(r#"{"name": "mary"}"#), Ok(()));

        let Ok(wit::Verdict::Allow(ballot)) = instance.evaluate(request("mary")) else {
            panic!("not allowed");
        };
        assert_eq!(ballot.confirm, wit::Vote::Grant);

        let Ok(wit::Verdict::Deny(denial)) = instance.evaluate(request("joe")) else {
            panic!("not denied");
        };
        assert_eq!(denial.code, "other-name");

        let error = instance.evaluate(request("")).unwrap_err();
        assert_eq!(error, "no user name");
    }

    #[test]
    fn is_configured_before_it_is_asked() {
        let instance = Instance::<OneName>::new();
        let error = instance.evaluate(request("mary")).unwrap_err();
        assert_eq!(error, "the policy is not configured");
    }

    #[test]
    fn is_configured_once() {
        let instance = Instance::<OneName>::new();
        assert_eq!(instance.configure(r#"{"name": "mary"}"#), Ok(()));

        let error = instance.configure(r#"{"name": "joe"}"#).unwrap_err();
        assert_eq!(error, "the policy is configured already");
        assert!(matches!(instance.evaluate(request("mary")), Ok(wit::Verdict::Allow(_))));
    }

    #[test]
    fn says_what_is_wrong_with_the_settings() {
        let instance = Instance::<OneName>::new();
        let error = instance.configure("{}").unwrap_err();
        assert_eq!(error, "the settings do not fit: missing field `name` at line 1 column 2");
        assert!(instance.evaluate(request("mary")).is_err());
    }
}
