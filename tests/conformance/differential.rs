//! Odd sign-ups, the same in each run: what the policy in Rust says, the others say.

use super::odd::{Entries, about, in_either_case, sign_up, text};
use super::{UNHURRIED, side_by_side, written};
use crate::snapshots::{Twins, anew};
use admit_core::{SignUp, Verdict};
use admit_engine::Evaluation;
use admit_tests::check_property;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::HashSet;
use std::time::Duration;

/// The number of sign-ups for each settings.
const SIGN_UPS: u32 = 150;

/// Policies with the first settings are configured for each sign-up and ahead, which comes to the
/// same; with the other settings for each sign-up alone. `kinds` verdicts at least come up.
fn check(
    name: &str,
    kinds: usize,
    settings: &[&str],
    sign_ups: impl Strategy<Value = SignUp<'static>>,
) {
    written(name, |written| {
        let policies = side_by_side(written);
        let mut seen = HashSet::new();
        let twins = Twins::of_all(&policies, settings[0], UNHURRIED)
            .unwrap_or_else(|why| panic!("{name}: {why}"));
        check_property(name, SIGN_UPS, &sign_ups, |sign_up| {
            seen.insert(agree(name, &twins.evaluate(name, &sign_up), &sign_up));
        });
        for settings in &settings[1..] {
            let policies = anew(&policies, settings, UNHURRIED);
            check_property(&format!("{name} {settings}"), SIGN_UPS, &sign_ups, |sign_up| {
                let decided = policies.decide(&sign_up, Duration::from_secs(4));
                seen.insert(agree(name, &decided.evaluations, &sign_up));
            });
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
fn address(domains: &'static [&'static str]) -> impl Strategy<Value = String> {
    let domain = select(domains).prop_flat_map(|domain| {
        let domain = domain.to_owned();
        prop_oneof![in_either_case(domain.clone()), about(domain.clone()), Just(domain)]
    });
    let domain = domain.boxed();
    prop_oneof![
        1 => text(),
        1 => (text(), domain.clone()).prop_map(|(local, domain)| local + "@" + &domain),
        3 => domain.prop_map(|domain| "mary@".to_owned() + &domain),
    ]
}

fn attributes(user_attributes: Vec<(&'static str, String)>) -> Entries {
    Entries { user_attributes, ..Entries::default() }
}

#[test]
fn email_domain() {
    const DOMAINS: [&str; 5] = ["example.com", "k.example", "\u{212a}.éxample", "😀", "דוגמה.x"];
    let entries = weighted(0.9, address(&DOMAINS)).prop_flat_map(|email| {
        let known = select(&DOMAINS[..]).prop_map(str::to_owned);
        let expected = match email.as_ref().and_then(|email| email.split_once('@')) {
            Some((_, domain)) => {
                let own = in_either_case(domain.to_owned());
                prop_oneof![1 => text(), 1 => known, 2 => own].boxed()
            }
            None => prop_oneof![1 => text(), 3 => known].boxed(),
        };
        weighted(0.9, expected).prop_map(move |expected| {
            let email = email.clone().map(|email| ("email", email));
            let expected = expected.map(|expected| ("custom:domain", expected));
            attributes(email.into_iter().chain(expected).collect())
        })
    });
    check("email-domain", 2, &[""], sign_up(entries));
}

#[test]
fn verify_contact() {
    const BLANK: [&str; 6] = ["", " ", "\u{85}\u{a0}", "\u{feff}", "\u{1f}", "\u{2028}"];
    let value = || {
        let blank = select(&BLANK[..]).prop_flat_map(|blank| about(blank.to_owned()));
        weighted(5.0 / 6.0, prop_oneof![text(), blank])
    };
    let entries = (value(), value()).prop_map(|(email, phone)| {
        let phone = phone.map(|phone| ("phone_number", phone));
        attributes(email.map(|email| ("email", email)).into_iter().chain(phone).collect())
    });
    check("verify-contact", 4, &[""], sign_up(entries));
}

#[test]
fn minimum_username_length() {
    let settings = ["characters = 11", "", "characters = 0", "characters = 4_294_967_295"];
    check("minimum-username-length", 2, &settings, sign_up(Just(Entries::default())));
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
    let email = weighted(0.9, address(&DOMAINS));
    let entries = email
        .prop_map(|email| attributes(email.into_iter().map(|email| ("email", email)).collect()));
    check("blocked-email-domains", 3, &settings, sign_up(entries));
}

#[test]
fn invitation_code() {
    const CODES: [&str; 4] = ["open-sesame", "Zażółć😀", "e\u{301}", "\u{feff}"];
    // The digests of the codes, without the last, and of the empty text.
    let sha256 = "sha256 = [\"d7ecdf25eaf3deba0f2628771dbdd22d4138ab6cf38f91ed02a2ca0dec7c8ab7\", \
                  \"7b209974d584b77d144455207c742f27b97cc4bf67184191c89ba052c0d683cb\", \"bf12767b0f2a56b2190075bae8169f656e3ce8d6357d4aff184bc6c7ea48f9f6\", \
                  \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"]";
    let [other, empty] =
        [format!("{sha256}\nkey = \"kód\""), "sha256 = []\nkey = \"constructor\"".to_owned()];
    let code = || {
        let code = select(&CODES[..]).prop_map(str::to_owned);
        weighted(0.75, prop_oneof![text(), code.clone(), code.prop_flat_map(about)])
    };
    let data = || {
        [code(), code(), code()].prop_map(|codes| {
            let names = ["invitation-code", "kód", "constructor"].into_iter();
            names.zip(codes).filter_map(|(name, code)| Some((name, code?))).collect()
        })
    };
    let entries = (data(), data()).prop_map(|(validation_data, client_metadata)| Entries {
        validation_data,
        client_metadata,
        ..Entries::default()
    });
    check("invitation-code", 3, &[sha256, &other, &empty], sign_up(entries));
}
