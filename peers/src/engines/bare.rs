//! The rule as a function, which is the least that it can cost.

use super::{Candidate, DOMAINS, Kind, Verdict};
use admit_core::SignUp;
use std::hint::black_box;

pub(super) fn candidate() -> Candidate {
    let domains = DOMAINS.map(str::to_owned);
    let decide = move |sign_up: &SignUp<'_>| Ok(decide(black_box(&domains), black_box(sign_up)));
    // To read the clock takes longer than to decide.
    Candidate {
        at_once: 100,
        ..Candidate::new("a plain Rust function", Kind::Native, "a function", decide)
    }
}

fn decide(domains: &[String], sign_up: &SignUp<'_>) -> Verdict {
    let email = sign_up.attribute("email").unwrap_or_default();
    let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
    let blocked = domains.iter().any(|listed| {
        domain
            .strip_suffix(listed.as_str())
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    });
    if blocked { Verdict::Deny } else { Verdict::Allow }
}
