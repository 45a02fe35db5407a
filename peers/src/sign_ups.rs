//! The sign-ups that all engines have to decide alike before one is timed.

use crate::engines::{Candidate, Verdict};
use admit_cognito::Event;
use admit_tests::event;
use anyhow::{Context, ensure};

/// Addresses, and what becomes of them. All in lower case, which Cedar cannot make.
const ADDRESSES: [(Option<&str>, Verdict); 11] = [
    (Some("mary@example.com"), Verdict::Allow),
    (Some("mary@spam.example"), Verdict::Deny),
    (Some("mary@throwaway.example"), Verdict::Deny),
    (Some("mary@bulk.example.net"), Verdict::Deny),
    (Some("mary@mail.spam.example"), Verdict::Deny),
    (Some("mary@a.b.bulk.example.net"), Verdict::Deny),
    (Some("mary@notspam.example"), Verdict::Allow),
    (Some("mary@spam.example.com"), Verdict::Allow),
    (Some("mary@example"), Verdict::Allow),
    (Some("spam.example@example.com"), Verdict::Allow),
    (None, Verdict::Allow),
];

/// The event of the sign-up that is timed: one with an address that is not listed.
pub(crate) fn timed() -> String {
    event("sign-up.json")
}

/// Makes sure that every candidate decides by the same rule.
pub(crate) fn check_agreement(candidates: &mut [Candidate]) -> anyhow::Result<()> {
    let text = timed();
    let event = Event::parse(text.as_bytes())?;
    ensure!(event.sign_up().attribute("email").is_some(), "the sign-up has no email address");
    let with = |address: Option<&'static str>| {
        let mut sign_up = event.sign_up().clone();
        sign_up.user_attributes.retain(|(name, _)| name != "email");
        let address = address.map(|address| ("email".into(), address.into()));
        sign_up.user_attributes.extend(address);
        sign_up
    };
    let changed = ADDRESSES.into_iter().map(|(address, verdict)| (with(address), verdict));
    let as_it_is = (event.sign_up().clone(), Verdict::Allow);
    for (sign_up, expected) in changed.chain([as_it_is]) {
        let address = sign_up.attribute("email");
        for candidate in &mut *candidates {
            let name = format!("{}, {}", candidate.name, candidate.state);
            let found = candidate
                .decide(&sign_up)
                .with_context(|| format!("{name}: the address {address:?}"))?;
            ensure!(
                found == expected,
                "{name} decides {found:?} for the address {address:?} instead of {expected:?}"
            );
        }
    }
    Ok(())
}
