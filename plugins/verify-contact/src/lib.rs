//! Confirms every sign-up, and verifies the email address and the phone number
//! that it has.

use admit_policy::{Error, NoSettings, Policy, SignUp, Verdict};

/// The policy; it has no settings.
#[derive(Debug)]
pub struct VerifyContact;

impl Policy for VerifyContact {
    type Settings = NoSettings;

    fn configure(_: NoSettings) -> Result<Self, Error> {
        Ok(Self)
    }

    fn evaluate(&self, sign_up: &SignUp) -> Result<Verdict, Error> {
        let mut verdict = Verdict::allow().confirm();
        if has(sign_up, "email") {
            verdict = verdict.verify_email();
        }
        if has(sign_up, "phone_number") {
            verdict = verdict.verify_phone();
        }
        Ok(verdict)
    }
}

admit_policy::export!(VerifyContact);

fn has(sign_up: &SignUp, attribute: &str) -> bool {
    sign_up.attribute(attribute).is_some_and(|value| !value.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verifies_what_is_there() {
        let confirmed = || Verdict::allow().confirm();

        for (attributes, expected) in [
            (&[][..], confirmed()),
            (&[("email", "mary@example.com")], confirmed().verify_email()),
            (&[("phone_number", "+12065550100")], confirmed().verify_phone()),
            (
                &[("email", "mary@example.com"), ("phone_number", "+12065550100")],
                confirmed().verify_email().verify_phone(),
            ),
            (&[("email", ""), ("phone_number", " ")], confirmed()),
            (&[("Email", "mary@example.com")], confirmed()),
        ] {
            let mut sign_up = SignUp::builder();
            for (name, value) in attributes {
                sign_up = sign_up.attribute(*name, *value);
            }
            let verdict = VerifyContact.evaluate(&sign_up.build());
            assert_eq!(verdict, Ok(expected), "{attributes:?}");
        }
    }

    #[test]
    fn takes_no_settings() {
        assert!(VerifyContact::from_json("{}").is_ok());
        assert!(VerifyContact::from_json(r#"{"email": true}"#).is_err());
    }
}
