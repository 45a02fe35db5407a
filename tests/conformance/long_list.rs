//! Settings with 5,000 entries, in every language.

use super::{UNHURRIED, written};
use crate::snapshots::{Compiled, Twins};
use admit_core::{FailureKind, Language, Member, PerMember, SignUp, Verdict};
use admit_engine::NoSnapshot;

/// The limits under which they are configured, where the default limits are too low.
fn limits(language: Language) -> Option<&'static str> {
    match language {
        Language::Rust | Language::C => None,
        // 300 million units of fuel.
        Language::TypeScript | Language::JavaScript => {
            Some("limits = { time = \"4s\", fuel = 350_000_000 }")
        }
        // 83 million, and 12.5 MiB of memory.
        Language::Python => Some("limits = { time = \"4s\", fuel = 100_000_000 }"),
    }
}

#[test]
fn settings_with_5000_entries_fit() {
    let domains: Vec<String> = (0..5_000).map(|n| format!("domain-{n}.example")).collect();
    let settings = format!("domains = {domains:?}");
    let configured =
        |policy: (&str, &Compiled), limits| Twins::of_all(&[policy], &settings, limits);
    written("blocked-email-domains", |written| {
        for one in written {
            let policy = (one.language.name(), &one.compiled);
            let limits = limits(one.language);
            if limits.is_some() {
                // These limits are needed.
                match configured(policy, UNHURRIED) {
                    Err(NoSnapshot::Failed(failure)) => {
                        assert_eq!(failure.kind(), FailureKind::Fuel, "{}", one.language);
                    }
                    _ => panic!("the default limits do for {}", one.language),
                }
            }
            let twins = configured(policy, limits.unwrap_or(UNHURRIED)).unwrap();
            for (email, is_denied) in [
                ("mary@domain-0.example", true),
                ("mary@x.DOMAIN-4999.example.", true),
                ("mary@domain-5000.example", false),
            ] {
                let user_attributes = vec![("email".into(), email.into())];
                let sign_up = SignUp {
                    members: PerMember::default().with(Member::UserAttributes, user_attributes),
                    ..SignUp::default()
                };
                let verdict = twins.evaluate(email, &sign_up).remove(0).answer.unwrap();
                assert_eq!(matches!(verdict, Verdict::Deny(_)), is_denied, "{email}: {verdict:?}");
            }
        }
    });
}
