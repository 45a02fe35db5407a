//! The laws of linking, checked for every combination of policy outcomes.

#![expect(clippy::expect_used, reason = "tests")]

#[path = "laws/link_states.rs"]
mod link_states;

use admit_core::{
    Admission, Answer, Cleared, FAILURE_MESSAGE, Flag, Grounds, LINK_TRIGGER, LinkVote, Mode,
    OnFailure, Outcome, Permission, SignUp, UserName, Verdict, WhenNoPolicyApplies, decide,
};
use link_states::{link_sign_ups, link_states};
use std::collections::BTreeSet;

fn answer(sign_up: &SignUp<'_>, outcomes: &[&Outcome]) -> Option<Admission> {
    let outcomes: Vec<Outcome> = outcomes.iter().map(|outcome| (*outcome).clone()).collect();
    match decide(sign_up, &outcomes, WhenNoPolicyApplies::Admit).answer {
        Answer::Admit(admission) => Some(admission),
        Answer::Deny(_) => None,
    }
}

/// A second implementation of the merge of links, without any of the code under test.
fn oracle(sign_up: &SignUp<'_>, outcomes: &[&Outcome]) -> Option<Option<UserName>> {
    let enforced = || outcomes.iter().filter(|outcome| outcome.terms.mode != Mode::Monitor);
    let permits = |outcome: &Outcome, wanted| {
        outcome.terms.verdicts.iter().any(|permission| permission == wanted)
    };
    let refuses = enforced().any(|outcome| match &outcome.answer {
        Err(_) => outcome.terms.on_failure == OnFailure::Deny,
        Ok(Verdict::Deny(_)) => permits(outcome, Permission::Deny),
        Ok(Verdict::Allow(_)) => false,
    });
    if refuses {
        return None;
    }
    if sign_up.trigger_source != "PreSignUp_ExternalProvider" {
        return Some(None);
    }
    let mut users = BTreeSet::new();
    let mut withheld = false;
    for outcome in enforced().filter(|outcome| permits(outcome, Permission::Link)) {
        match &outcome.answer {
            Ok(Verdict::Allow(ballot)) => match &ballot.link {
                LinkVote::Grant(user) => _ = users.insert(user.clone()),
                LinkVote::Withhold => withheld = true,
                LinkVote::Abstain => {}
            },
            Ok(Verdict::Deny(_)) | Err(_) => {}
        }
    }
    match users.len() {
        0 => Some(None),
        1 if withheld => Some(None),
        1 => Some(users.pop_first()),
        _ => None,
    }
}

#[test]
fn the_number_of_states_is_as_documented() {
    assert_eq!(link_states().len(), 60);
}

/// All combinations of up to three policies agree with the oracle, in every order.
#[test]
fn two_independent_merges_agree_in_every_order() {
    let states = link_states();
    for sign_up in link_sign_ups() {
        assert_eq!(answer(&sign_up, &[]), Some(Admission::default()));
        for (i, a) in states.iter().enumerate() {
            for (j, b) in states.iter().enumerate().skip(i) {
                for c in &states[j..] {
                    let expected = oracle(&sign_up, &[a, b, c]);
                    let flags = answer(&sign_up, &[a, b, c]).map(|admission| admission.flags);
                    for order in [[a, b, c], [a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]]
                    {
                        let answer = answer(&sign_up, &order);
                        let link = answer.as_ref().map(|admission| admission.link.clone());
                        assert_eq!(link, expected, "{a:?} {b:?} {c:?}");
                        assert_eq!(answer.map(|admission| admission.flags), flags);
                    }
                }
            }
        }
    }
}

/// An added policy undoes no denial, and links nothing or denies nothing without permission.
#[test]
fn a_policy_changes_nothing_that_it_is_not_permitted_to() {
    let states = link_states();
    for sign_up in link_sign_ups() {
        for added in &states {
            for a in &states {
                for b in &states {
                    let before = answer(&sign_up, &[a, b]);
                    let after = answer(&sign_up, &[a, b, added]);
                    if before == after {
                        continue;
                    }
                    assert_eq!(added.terms.mode, Mode::Enforce, "changed by {added:?}");
                    let permits = |permission| added.terms.verdicts.permit(permission);
                    let (Some(before), after) = (before, after) else {
                        panic!("a denial was undone by {added:?}");
                    };
                    match after {
                        None => assert!(
                            permits(Permission::Deny)
                                || permits(Permission::Link)
                                || added.answer.is_err()
                        ),
                        Some(after) if before.link != after.link => {
                            assert!(permits(Permission::Link), "linked by {added:?}");
                        }
                        Some(_) => assert!(permits(Permission::Flag(Flag::Confirm))),
                    }
                }
            }
        }
    }
}

/// The change that a monitoring policy would make, as recorded, is the change that it makes once it
/// is enforced.
#[test]
fn a_monitoring_policy_is_recorded_with_the_change_that_it_would_make() {
    let states = link_states();
    for sign_up in link_sign_ups() {
        for monitored in states.iter().filter(|state| state.terms.mode == Mode::Monitor) {
            let mut enforced = monitored.clone();
            enforced.terms.mode = Mode::Enforce;
            for other in &states {
                let decide = |outcomes: [&Outcome; 2]| {
                    decide(&sign_up, &outcomes.map(Clone::clone), WhenNoPolicyApplies::Admit)
                };
                let decision = decide([other, monitored]);
                let with = decide([other, &enforced]).answer;
                let alternative = decision.policies[1].if_enforced.as_ref().expect("monitored");
                assert_eq!(alternative.answer, with, "{other:?} {monitored:?}");
                let differs =
                    answer(&sign_up, &[other, monitored]) != answer(&sign_up, &[other, &enforced]);
                assert_eq!(alternative.differs, differs, "{other:?} {monitored:?}");
            }
        }
    }
}

fn links(id: &str, vote: LinkVote) -> Outcome {
    let link = link_states().into_iter().find(|outcome| {
        let wanted = matches!(&outcome.answer, Ok(Verdict::Allow(ballot)) if ballot.link == vote);
        wanted && outcome.terms.verdicts.permit(Permission::Link)
    });
    Outcome { policy: admit_core::PolicyId::new(id).expect("a name"), ..link.expect("a state") }
}

#[test]
fn the_record_shows_votes_and_never_a_user() {
    let [external, _] = link_sign_ups();
    let user = |name| LinkVote::Grant(UserName::new(name));
    let decide = |outcomes: &[Outcome]| decide(&external, outcomes, WhenNoPolicyApplies::Admit);
    let json = |outcomes: &[Outcome]| serde_json::to_value(decide(outcomes)).expect("JSON");

    let linked = json(&[links("a", user("mary")), links("b", user("mary"))]);
    assert_eq!(linked["link"], serde_json::json!(true));
    assert_eq!(
        linked["policies"][0]["link"],
        serde_json::json!({"vote": "grant", "counted": true})
    );
    let conflict = decide(&[links("a", user("mary")), links("b", user("jane"))]);
    let Answer::Deny(refusal) = &conflict.answer else { panic!("admitted") };
    assert_eq!((refusal.grounds, &*refusal.message), (Grounds::LinkConflict, FAILURE_MESSAGE));
    let record = conflict.link_votes.as_ref().expect("votes");
    assert_eq!((record.set, record.cleared), (false, Some(Cleared::LinkConflict)));

    for text in [linked.to_string(), serde_json::to_string(&conflict).expect("JSON")] {
        assert!(!text.contains("mary") && !text.contains("jane"), "{text}");
    }
    assert!(!format!("{conflict:?}").contains("mary"));
    assert_eq!(LINK_TRIGGER, external.trigger_source);
}
