//! Settings with 5,000 entries fit the default limits in every language.

use super::{UNHURRIED, side_by_side, written};
use crate::ahead::Twins;
use admit_core::{SignUp, Verdict};

#[test]
fn five_thousand_entries_fit() {
    let domains: Vec<String> = (0..5_000).map(|n| format!("domain-{n}.example")).collect();
    let settings = format!("domains = {domains:?}");
    written("blocked-email-domains", |written| {
        let twins = Twins::of_all(&side_by_side(written), &settings, UNHURRIED).unwrap();
        for (email, is_denied) in [
            ("mary@domain-0.example", true),
            ("mary@x.DOMAIN-4999.example.", true),
            ("mary@domain-5000.example", false),
        ] {
            let user_attributes = vec![("email".into(), email.into())];
            let sign_up = SignUp { user_attributes, ..SignUp::default() };
            for evaluation in twins.evaluate(email, &sign_up) {
                let verdict = evaluation.answer.as_ref().unwrap();
                assert_eq!(matches!(verdict, Verdict::Deny(_)), is_denied, "{email}: {verdict:?}");
            }
        }
    });
}
