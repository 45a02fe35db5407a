//! The laws of the merge, checked for every combination of policy outcomes.

#![expect(clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "laws/states.rs"]
mod states;

use WhenNoPolicyApplies::{Admit, Deny};
use admit_core::{
    Answer, Flag, Flags, Mode, OnFailure, Outcome, Permission, SignUp, WhenNoPolicyApplies, decide,
};
use states::{sign_ups, states};

/// Returns the flags of an answer; `None` is a denial.
fn answer(sign_up: &SignUp<'_>, outcomes: &[&Outcome]) -> Option<Flags> {
    answer_when(sign_up, outcomes, Admit)
}

fn answer_when(
    sign_up: &SignUp<'_>,
    outcomes: &[&Outcome],
    when_no_policy_applies: WhenNoPolicyApplies,
) -> Option<Flags> {
    let outcomes: Vec<Outcome> = outcomes.iter().map(|outcome| (*outcome).clone()).collect();
    match decide(sign_up, &outcomes, when_no_policy_applies).answer {
        Answer::Admit(admission) => Some(admission.flags),
        Answer::Deny(_) => None,
    }
}

#[test]
fn the_number_of_states_is_as_documented() {
    assert_eq!(states(&Flag::ALL).len(), 440);
    assert_eq!(states(&[Flag::Confirm, Flag::VerifyEmail]).len(), 80);
}

#[test]
fn without_policies_every_sign_up_is_admitted_and_no_flag_is_set() {
    for sign_up in sign_ups() {
        assert_eq!(answer(&sign_up, &[]), Some(Flags::default()));
    }
}

/// `when-no-policy-applies` decides if no policy applies, and otherwise changes nothing. A policy
/// that monitors does not apply.
#[test]
fn the_manifest_decides_where_no_policy_applies() {
    let states = states(&Flag::ALL);
    for sign_up in sign_ups() {
        assert_eq!(answer_when(&sign_up, &[], Deny), None);
        for a in &states {
            for b in &states {
                let admitted = answer_when(&sign_up, &[a, b], Admit);
                let denied = answer_when(&sign_up, &[a, b], Deny);
                let applies = [a, b].iter().any(|policy| policy.terms.mode == Mode::Enforce);
                let expected = admitted.filter(|_| applies);
                assert_eq!(denied, expected, "{a:?} {b:?}");
            }
        }
    }
}

/// All orders of two policies: over all flags, 4 × 440² combinations.
#[test]
fn the_order_of_two_policies_changes_nothing() {
    let states = states(&Flag::ALL);
    for sign_up in sign_ups() {
        for (index, a) in states.iter().enumerate() {
            for b in &states[index..] {
                assert_eq!(answer(&sign_up, &[a, b]), answer(&sign_up, &[b, a]), "{a:?} {b:?}");
            }
        }
    }
}

/// All orders of three policies: for each verify flag with `confirm`, 4 × 80³ combinations. The two
/// verify flags are independent of each other, as the pairs above show over all three flags.
#[test]
fn the_order_of_three_policies_changes_nothing() {
    for verify in [Flag::VerifyEmail, Flag::VerifyPhone] {
        let states = states(&[Flag::Confirm, verify]);
        for sign_up in sign_ups() {
            for (i, a) in states.iter().enumerate() {
                for (j, b) in states.iter().enumerate().skip(i) {
                    for c in &states[j..] {
                        let expected = answer(&sign_up, &[a, b, c]);
                        for order in [[a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]] {
                            assert_eq!(answer(&sign_up, &order), expected, "{a:?} {b:?} {c:?}");
                        }
                    }
                }
            }
        }
    }
}

/// A policy that is listed twice changes nothing, alone or beside another.
#[test]
fn a_policy_listed_twice_changes_nothing() {
    let states = states(&Flag::ALL);
    for sign_up in sign_ups() {
        for a in &states {
            assert_eq!(answer(&sign_up, &[a, a]), answer(&sign_up, &[a]), "{a:?}");
            for b in &states {
                let once = answer(&sign_up, &[a, b]);
                assert_eq!(answer(&sign_up, &[a, b, a]), once, "{a:?} {b:?}");
                assert_eq!(answer(&sign_up, &[a, a, b]), once, "{a:?} {b:?}");
            }
        }
    }
}

/// A policy that is added to any other changes nothing that the manifest does not permit it to
/// change. A failure denies because the manifest says so.
#[test]
fn a_policy_changes_nothing_that_it_is_not_permitted_to() {
    let states = states(&Flag::ALL);
    for sign_up in sign_ups() {
        for added in &states {
            check_permissions(&sign_up, &[], added);
            for a in &states {
                check_permissions(&sign_up, &[a], added);
            }
        }
    }
}

/// The same with two other policies, over `confirm` and a verify flag.
#[test]
fn a_third_policy_changes_nothing_that_it_is_not_permitted_to() {
    let states = states(&[Flag::Confirm, Flag::VerifyEmail]);
    for sign_up in sign_ups() {
        for added in &states {
            for (index, a) in states.iter().enumerate() {
                for b in &states[index..] {
                    check_permissions(&sign_up, &[a, b], added);
                }
            }
        }
    }
}

/// The change that a monitoring policy would make, as recorded, is the change that it makes once it
/// is enforced.
#[test]
fn a_monitoring_policy_is_recorded_with_the_change_that_it_would_make() {
    let states = states(&Flag::ALL);
    for sign_up in sign_ups() {
        for monitored in states.iter().filter(|state| state.terms.mode == Mode::Monitor) {
            let mut enforced = monitored.clone();
            enforced.terms.mode = Mode::Enforce;
            for other in &states {
                for when in [Admit, Deny] {
                    let decision = decide(&sign_up, &[other.clone(), monitored.clone()], when);
                    let with = decide(&sign_up, &[other.clone(), enforced.clone()], when).answer;
                    let alternative = decision.policies[1].if_enforced.as_ref().expect("monitored");
                    assert_eq!(alternative.answer, with, "{other:?} {monitored:?}");
                    let before = answer_when(&sign_up, &[other, monitored], when);
                    let after = answer_when(&sign_up, &[other, &enforced], when);
                    assert_eq!(alternative.differs, before != after, "{other:?} {monitored:?}");
                    let said = decision.policies[0].if_enforced.is_some();
                    assert_eq!(said, other.terms.mode == Mode::Monitor);
                }
            }
        }
    }
}

fn check_permissions(sign_up: &SignUp<'_>, others: &[&Outcome], added: &Outcome) {
    let without = answer(sign_up, others);
    let with = answer(sign_up, &[others, &[added]].concat());
    let permitted = |permission| added.terms.verdicts.permit(permission);
    match (without, with) {
        (None, Some(_)) => panic!("a denial was undone by {added:?}"),
        (None, None) => {}
        (Some(_), None) => {
            let by_failure = added.answer.is_err() && added.terms.on_failure == OnFailure::Deny;
            assert!(permitted(Permission::Deny) || by_failure, "denied by {added:?}");
            assert_eq!(added.terms.mode, Mode::Enforce, "denied by {added:?}");
        }
        (Some(before), Some(after)) => {
            if before[Flag::Confirm] != after[Flag::Confirm] {
                assert!(permitted(Permission::Flag(Flag::Confirm)), "confirm changed by {added:?}");
            }
            // A permission for `confirm` includes the flags that depend on it.
            if before[Flag::VerifyEmail] != after[Flag::VerifyEmail] {
                let is_permitted = permitted(Permission::Flag(Flag::VerifyEmail))
                    || permitted(Permission::Flag(Flag::Confirm));
                assert!(is_permitted, "verify-email changed by {added:?}");
            }
            if before[Flag::VerifyPhone] != after[Flag::VerifyPhone] {
                let is_permitted = permitted(Permission::Flag(Flag::VerifyPhone))
                    || permitted(Permission::Flag(Flag::Confirm));
                assert!(is_permitted, "verify-phone changed by {added:?}");
            }
            if added.terms.mode == Mode::Monitor {
                assert_eq!(before, after, "changed by {added:?}");
            }
        }
    }
}

/// Cognito rejects a verified attribute without confirmation, and one that is absent.
#[test]
fn an_attribute_that_cognito_would_reject_is_never_verified() {
    let states = states(&Flag::ALL);
    for sign_up in sign_ups() {
        for a in &states {
            for b in &states {
                let flags = answer(&sign_up, &[a, b]).unwrap_or_default();
                let verified = flags[Flag::VerifyEmail] || flags[Flag::VerifyPhone];
                assert!(flags[Flag::Confirm] || !verified, "{a:?} {b:?}");
                assert!(!flags[Flag::VerifyEmail] || sign_up.attribute("email").is_some());
                assert!(!flags[Flag::VerifyPhone] || sign_up.attribute("phone_number").is_some());
            }
        }
    }
}
