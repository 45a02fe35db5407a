//! Sign-ups that are made up, the same each time.

use crate::event;
use serde_json::{Value, json};

/// A sign-up that a test made up, and what a test knows of it.
pub struct SignUp {
    /// The characters of the user name.
    pub characters: usize,
    /// Of the email address.
    pub domain: &'static str,
    /// Whether there is a phone number.
    pub has_phone: bool,
}

/// Part of every value that is a person's in [`SignUp::event`]; nothing else has it.
pub const PERSONAL: &str = "ñ";

const DOMAINS: [&str; 4] = ["example.com", "example.org", "mail.example.net", "example.edu"];

impl SignUp {
    /// So many of them, the same each time.
    pub fn many(count: usize) -> Vec<SignUp> {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut below = |most: u64| {
            // A linear congruential generator; its upper bits are the good ones.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from((state >> 33) % most).expect("a small number")
        };
        let sign_up = |_| SignUp {
            characters: 2 + below(10),
            domain: DOMAINS[below(4)],
            has_phone: below(3) > 0,
        };
        (0..count).map(sign_up).collect()
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
