//! Sign-ups that are made up, the same each time.

use crate::event;
use crate::property::values;
use proptest::bool::weighted;
use proptest::sample::select;
use serde_json::{Value, json};

/// A sign-up that a test made up, and what a test knows of it.
pub struct SignUp {
    /// The characters of the user name.
    pub characters: usize,
    /// The domain of the email address.
    pub domain: &'static str,
    /// Whether there is a phone number.
    pub has_phone: bool,
}

/// Part of every value that is a person's in [`SignUp::event`]; nothing else has it.
pub const PERSONAL: &str = "ñ";

const DOMAINS: [&str; 4] = ["example.com", "example.org", "mail.example.net", "example.edu"];

impl SignUp {
    /// This many of them, the same each time.
    pub fn many(count: usize) -> Vec<SignUp> {
        let parts = (2..12_usize, select(&DOMAINS[..]), weighted(2.0 / 3.0));
        let parts = values("sign-ups", count, &parts).into_iter();
        parts
            .map(|(characters, domain, has_phone)| SignUp { characters, domain, has_phone })
            .collect()
    }

    /// The event that Cognito would send.
    pub fn event(&self) -> String {
        let mut event: Value = serde_json::from_str(&event("sign-up.json")).expect("an event");
        event["userName"] = PERSONAL.repeat(self.characters).into();
        let attributes = &mut event["request"]["userAttributes"];
        *attributes = json!({
            "email": format!("m{PERSONAL}@{}", self.domain),
            "name": PERSONAL,
            "custom:domain": "example.com",
        });
        if self.has_phone {
            attributes["phone_number"] = format!("+1206555{PERSONAL}").into();
        }
        event.to_string()
    }
}
