//! Odd sign-ups, made up and the same in each run: whatever Rust says, the others say.

use super::chance::{Chance, Entries};
use super::{UNHURRIED, side_by_side, written};
use crate::snapshots::{Twins, anew};
use admit_core::{SignUp, Verdict};
use admit_engine::Evaluation;
use std::collections::HashSet;
use std::time::Duration;

/// How many sign-ups for each settings.
const SIGN_UPS: usize = 150;

/// Policies with the first settings are configured for each sign-up and ahead, which comes to the
/// same; with the others for each sign-up alone. So many kinds of verdicts come up.
fn check(name: &str, kinds: usize, settings: &[&str], make: fn(&mut Chance) -> SignUp<'static>) {
    written(name, |written| {
        let policies = side_by_side(written);
        let mut chance = Chance::new(name);
        let mut seen = HashSet::new();
        let twins = Twins::of_all(&policies, settings[0], UNHURRIED)
            .unwrap_or_else(|why| panic!("{name}: {why}"));
        for _ in 0..SIGN_UPS {
            let sign_up = make(&mut chance);
            seen.insert(agree(name, &twins.evaluate(name, &sign_up), &sign_up));
        }
        for settings in &settings[1..] {
            let policies = anew(&policies, settings, UNHURRIED);
            for _ in 0..SIGN_UPS {
                let sign_up = make(&mut chance);
                let decided = policies.decide(&sign_up, Duration::from_secs(4));
                seen.insert(agree(name, &decided.evaluations, &sign_up));
            }
        }
        assert!(seen.len() >= kinds, "{name}: {seen:?}");
    });
}

/// All say the same; returns what, in short.
fn agree(name: &str, evaluations: &[Evaluation], sign_up: &SignUp<'_>) -> String {
    let (rust, others) = evaluations.split_first().unwrap();
    for (number, other) in others.iter().enumerate() {
        let number = number + 1;
        assert_eq!(other.answer, rust.answer, "{name}: policy {number} beside Rust, {sign_up:?}");
        assert_eq!(other.notes, rust.notes, "{name}: policy {number} beside Rust, {sign_up:?}");
    }
    match rust.answer.as_ref().unwrap() {
        Verdict::Allow(ballot) => format!("{ballot:?}"),
        Verdict::Deny(denial) => denial.code().to_owned(),
    }
}

/// An address, or what looks a little like one.
fn address(chance: &mut Chance, domains: &[&str]) -> String {
    let domain = chance.of(domains);
    let domain = match chance.below(3) {
        0 => chance.in_either_case(domain),
        1 => chance.about(domain),
        _ => domain.to_owned(),
    };
    match chance.below(5) {
        0 => chance.text(),
        1 => chance.text() + "@" + &domain,
        _ => "mary@".to_owned() + &domain,
    }
}

#[test]
fn email_domain() {
    const DOMAINS: [&str; 5] = ["example.com", "k.example", "\u{212a}.éxample", "😀", "דוגמה.x"];
    check("email-domain", 2, &[""], |chance| {
        let mut user_attributes = Vec::new();
        if chance.below(10) > 0 {
            user_attributes.push(("email", address(chance, &DOMAINS)));
        }
        let actual = user_attributes.first().and_then(|(_, email)| email.split_once('@'));
        let expected = match (chance.below(4), actual) {
            (0, _) => chance.text(),
            (1, _) | (_, None) => chance.of(&DOMAINS).to_owned(),
            (_, Some((_, domain))) => chance.in_either_case(domain),
        };
        if chance.below(10) > 0 {
            user_attributes.push(("custom:domain", expected));
        }
        chance.sign_up(Entries { user_attributes, ..Entries::default() })
    });
}

#[test]
fn verify_contact() {
    check("verify-contact", 4, &[""], |chance| {
        let mut user_attributes = Vec::new();
        for name in ["email", "phone_number"] {
            if chance.below(6) > 0 {
                let blank = chance.of(&["", " ", "\u{85}\u{a0}", "\u{feff}", "\u{1f}", "\u{2028}"]);
                let value = if chance.below(2) == 0 { chance.text() } else { chance.about(blank) };
                user_attributes.push((name, value));
            }
        }
        chance.sign_up(Entries { user_attributes, ..Entries::default() })
    });
}

#[test]
fn minimum_username_length() {
    let settings = ["characters = 11", "", "characters = 0", "characters = 4_294_967_295"];
    check("minimum-username-length", 2, &settings, |chance| chance.sign_up(Entries::default()));
}

#[test]
fn blocked_email_domains() {
    const DOMAINS: [&str; 6] =
        ["example.com", "spam.example", "a.b.spam.example.", "x-_1.k", "localhost", "k.example"];
    let settings = [
        "domains = [\"spam.example\", \"Example.Com\", \"LOCALHOST.\", \"x-_1.k\"]",
        "domains = [\"com\", \"example\"]",
        "domains = []",
    ];
    check("blocked-email-domains", 3, &settings, |chance| {
        let mut user_attributes = Vec::new();
        if chance.below(10) > 0 {
            user_attributes.push(("email", address(chance, &DOMAINS)));
        }
        chance.sign_up(Entries { user_attributes, ..Entries::default() })
    });
}

#[test]
fn invitation_code() {
    const CODES: [&str; 4] = ["open-sesame", "Zażółć😀", "e\u{301}", "\u{feff}"];
    // Of the codes, but the last, and of nothing.
    let sha256 = "sha256 = [\"d7ecdf25eaf3deba0f2628771dbdd22d4138ab6cf38f91ed02a2ca0dec7c8ab7\", \
                  \"7b209974d584b77d144455207c742f27b97cc4bf67184191c89ba052c0d683cb\", \"bf12767b0f2a56b2190075bae8169f656e3ce8d6357d4aff184bc6c7ea48f9f6\", \
                  \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"]";
    let [other, empty] =
        [format!("{sha256}\nkey = \"kód\""), "sha256 = []\nkey = \"constructor\"".to_owned()];
    check("invitation-code", 3, &[sha256, &other, &empty], |chance| {
        let mut data = || {
            let mut data = Vec::new();
            for name in ["invitation-code", "kód", "constructor"] {
                let code = chance.of(&CODES);
                match chance.below(4) {
                    0 => {}
                    1 => data.push((name, chance.text())),
                    2 => data.push((name, code.to_owned())),
                    _ => data.push((name, chance.about(code))),
                }
            }
            data
        };
        let (validation_data, client_metadata) = (data(), data());
        chance.sign_up(Entries { validation_data, client_metadata, ..Entries::default() })
    });
}
