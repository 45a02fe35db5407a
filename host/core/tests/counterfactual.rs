//! Compares the counterfactual of a decision with every subset of the policies.

#![expect(clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "laws/states.rs"]
mod states;

#[path = "laws/link_states.rs"]
mod link_states;

use WhenNoPolicyApplies::Admit;
use admit_core::{
    Admission, Answer, Change, Counterfactual, Failure, Flag, FlagChange, Flags, Grounds, Missing,
    Mode, Outcome, Permission, PolicyId, Refusal, SignUp, Terms, Verdict, Vote, Votes,
    WhenNoPolicyApplies, counterfactual, decide,
};
use link_states::{link_sign_ups, link_states};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use states::{sign_ups, states};
use std::collections::BTreeSet;

/// Names the policies after their index.
fn named(outcomes: &[&Outcome]) -> Vec<Outcome> {
    let name = |(place, outcome): (usize, &&Outcome)| Outcome {
        policy: PolicyId::new(&format!("p{place}")).expect("a name"),
        ..(*outcome).clone()
    };
    outcomes.iter().enumerate().map(name).collect()
}

fn answer(sign_up: &SignUp<'_>, outcomes: &[Outcome]) -> Option<Admission> {
    match decide(sign_up, outcomes, Admit).answer {
        Answer::Admit(admission) => Some(admission),
        Answer::Deny(_) => None,
    }
}

/// Returns the answer without each subset of the policies: smallest subsets first, and equally
/// small ones in the manifest's order.
fn without_each(
    sign_up: &SignUp<'_>,
    outcomes: &[Outcome],
) -> Vec<(Vec<usize>, Option<Admission>)> {
    let mut subsets: Vec<Vec<usize>> = (0..1_usize << outcomes.len())
        .map(|bits| (0..outcomes.len()).filter(|place| bits >> place & 1 == 1).collect())
        .collect();
    subsets.sort_by_key(|subset| (subset.len(), subset.clone()));
    let answer = |subset: Vec<usize>| {
        let rest = outcomes.iter().enumerate().filter(|(place, _)| !subset.contains(place));
        let rest: Vec<Outcome> = rest.map(|(_, outcome)| outcome.clone()).collect();
        let answer = answer(sign_up, &rest);
        (subset, answer)
    };
    subsets.into_iter().map(answer).collect()
}

/// Returns the first change that an exhaustive search finds.
fn first(
    tried: &[(Vec<usize>, Option<Admission>)],
    outcomes: &[Outcome],
    predicate: impl Fn(&Admission) -> bool,
) -> Option<Change> {
    tried.iter().find_map(|(places, answer)| {
        let then = answer.clone().filter(|admission| predicate(admission))?;
        let without = places.iter().map(|place| outcomes[*place].policy.clone()).collect();
        Some(Change { without, then })
    })
}

fn check(sign_up: &SignUp<'_>, outcomes: &[Outcome]) {
    let decision = decide(sign_up, outcomes, Admit);
    let tried = without_each(sign_up, outcomes);
    let said = counterfactual(sign_up, &decision);
    match (&decision.answer, said) {
        (Answer::Deny(shown), Counterfactual::Denied { refusals, change }) => {
            assert_eq!(Some(&change), first(&tried, outcomes, |_| true).as_ref(), "{outcomes:?}");
            assert_eq!(refusals.first(), Some(shown));
            // Each of them denies alone, and no other policy does.
            let denies = |outcome: &&Outcome| answer(sign_up, &[(*outcome).clone()]).is_none();
            let refused = outcomes.iter().filter(denies).map(|outcome| &outcome.policy);
            let said = refusals.iter().filter_map(|refusal| refusal.policy.as_ref());
            assert!(refused.eq(said), "{outcomes:?}");
        }
        (Answer::Admit(admission), Counterfactual::Admitted { flags: changes, link }) => {
            assert_eq!(link.is_some(), decision.link_votes.is_some());
            if let Some(change) = link {
                let is_set = admission.link.is_some();
                let expected = first(&tried, outcomes, |then| then.link.is_some() != is_set);
                match change {
                    FlagChange::Possible(change) => assert_eq!(Some(change), expected),
                    FlagChange::Impossible { missing } => {
                        assert_eq!(expected, None, "{outcomes:?}");
                        assert!(!missing.is_empty(), "{outcomes:?}");
                    }
                }
            }
            assert!(changes.keys().copied().eq(Flag::ALL));
            for (flag, change) in changes {
                let is_set = admission.flags[flag];
                let expected = first(&tried, outcomes, |then| then.flags[flag] != is_set);
                match change {
                    FlagChange::Possible(change) => {
                        assert_eq!(Some(change), expected, "{flag} of {outcomes:?}");
                    }
                    FlagChange::Impossible { missing } => {
                        assert_eq!(expected, None, "{flag} of {outcomes:?}");
                        assert!(!missing.is_empty(), "{flag} of {outcomes:?}");
                        check_missing(sign_up, outcomes, flag, &missing);
                    }
                }
            }
        }
        (answer, said) => panic!("{answer:?}, but {said:?}"),
    }
}

/// Checks each condition that is reported as missing against the votes and the sign-up.
fn check_missing(
    sign_up: &SignUp<'_>,
    outcomes: &[Outcome],
    flag: Flag,
    missing: &BTreeSet<Missing>,
) {
    let attribute = flag.attribute().and_then(|name| sign_up.attribute(name));
    let has = |wanted| missing.contains(&wanted);
    assert_eq!(has(Missing::Attribute), flag != Flag::Confirm && attribute.is_none());
    let granted = |flag: Flag| {
        outcomes.iter().any(|outcome| {
            let decision = decide(sign_up, std::slice::from_ref(outcome), Admit);
            !decision.flags[flag].granted_by.is_empty()
        })
    };
    assert_eq!(has(Missing::Grant), !granted(flag), "{flag} of {outcomes:?}");
    let confirmation = flag != Flag::Confirm && !granted(Flag::Confirm);
    assert_eq!(has(Missing::Confirmation), confirmation, "{flag} of {outcomes:?}");
    if *missing == BTreeSet::from([Missing::Agreement]) {
        assert!(granted(flag) && granted(Flag::Confirm), "{flag} of {outcomes:?}");
    }
}

/// Over all flags, 4 × 440² decisions.
#[test]
fn for_two_policies_it_matches_an_exhaustive_search() {
    let states = states(&Flag::ALL);
    for sign_up in sign_ups() {
        for a in &states {
            check(&sign_up, &named(&[a]));
            for b in &states {
                check(&sign_up, &named(&[a, b]));
            }
        }
    }
}

#[test]
fn without_policies_every_grant_is_missing() {
    check(&SignUp::default(), &[]);
    let decision = decide(&SignUp::default(), &[], Admit);
    let Counterfactual::Admitted { flags, .. } = counterfactual(&SignUp::default(), &decision)
    else {
        panic!("expected an admission");
    };
    let missing = BTreeSet::from([Missing::Attribute, Missing::Grant, Missing::Confirmation]);
    assert_eq!(flags[&Flag::VerifyPhone], FlagChange::Impossible { missing });
}

/// Leaving out policies does not change a denial by the manifest.
#[test]
fn a_denial_by_the_manifest_names_no_policy() {
    let decision = decide(&mary(), &[], WhenNoPolicyApplies::Deny);
    let Counterfactual::Denied { refusals, change } = counterfactual(&mary(), &decision) else {
        panic!("expected a denial");
    };
    assert_eq!(change, Change { without: Vec::new(), then: Admission::default() });
    assert!(matches!(
        &refusals[..],
        [Refusal { policy: None, grounds: Grounds::NoPolicyApplies, .. }]
    ));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Most policies are enforced and have permissions; otherwise most decisions would be the same.
    #[test]
    fn for_many_policies_it_matches_an_exhaustive_search(
        outcomes in vec(
            prop_oneof![
                9 => select(states(&Flag::ALL)).prop_map(voting),
                1 => select(states(&Flag::ALL)),
            ],
            3..7,
        ),
        sign_up in select(sign_ups()),
    ) {
        check(&sign_up, &named(&outcomes.iter().collect::<Vec<_>>()));
    }
}

/// Enforces a policy that votes, and gives it all permissions.
fn voting(mut outcome: Outcome) -> Outcome {
    if matches!(outcome.answer, Ok(Verdict::Allow(_))) {
        outcome.terms.verdicts = Permission::ALL.into_iter().collect();
        outcome.terms.mode = Mode::Enforce;
    }
    outcome
}

const NONE: Votes = Votes::all(Vote::Abstain);

fn policy(id: &str, answer: Result<Verdict, Failure>) -> Outcome {
    let verdicts = Permission::ALL.into_iter().collect();
    let terms = Terms { verdicts, ..Terms::default() };
    Outcome { policy: PolicyId::new(id).expect("a name"), terms, answer }
}

fn allows(id: &str, votes: Votes) -> Outcome {
    policy(id, Ok(Verdict::Allow(votes.into())))
}

fn ids<const COUNT: usize>(ids: [&str; COUNT]) -> Vec<PolicyId> {
    ids.map(|id| PolicyId::new(id).expect("a name")).to_vec()
}

fn mary() -> SignUp<'static> {
    sign_ups().pop().expect("one with both attributes")
}

#[test]
fn a_denial_changes_without_all_policies_that_refuse() {
    let denial = admit_core::Denial::new("code", "No", 256);
    let outcomes = [
        allows("invited", NONE.with(Flag::Confirm, Vote::Grant)),
        policy("short", Ok(Verdict::Deny(denial))),
        policy("broken", Err(Failure::Undecided("a secret".to_owned()))),
    ];
    let said = counterfactual(&mary(), &decide(&mary(), &outcomes, Admit));
    let Counterfactual::Denied { refusals, change } = &said else { panic!("denied") };
    assert!(matches!(
        &refusals[..],
        [Refusal { grounds: Grounds::Denial, .. }, Refusal { grounds: Grounds::Failure, .. }]
    ));
    let then = Admission::from(Flags::default().with(Flag::Confirm, true));
    assert_eq!(*change, Change { without: ids(["short", "broken"]), then });
    let json = serde_json::to_value(&said).expect("JSON");
    assert_eq!(json["without"], serde_json::json!(["short", "broken"]));
    assert!(!json.to_string().contains("a secret"));
}

#[test]
fn a_verify_flag_changes_without_its_own_grants_or_those_of_confirm() {
    let both = NONE.with(Flag::Confirm, Vote::Grant).with(Flag::VerifyEmail, Vote::Grant);
    let confirms = NONE.with(Flag::Confirm, Vote::Grant);
    let verifies = NONE.with(Flag::VerifyEmail, Vote::Grant);
    let check = |outcomes: &[Outcome], expected: Vec<PolicyId>| {
        let said = counterfactual(&mary(), &decide(&mary(), outcomes, Admit));
        let Counterfactual::Admitted { flags, .. } = said else { panic!("admitted") };
        let FlagChange::Possible(change) = &flags[&Flag::VerifyEmail] else { panic!("{flags:?}") };
        assert_eq!(change.without, expected);
    };
    check(&[allows("a", both), allows("b", confirms)], ids(["a"]));
    check(&[allows("a", both), allows("b", verifies)], ids(["a"]));
    check(&[allows("a", confirms), allows("b", verifies)], ids(["a"]));
    check(&[allows("a", verifies), allows("b", confirms)], ids(["a"]));
    check(&[allows("a", both), allows("b", both)], ids(["a", "b"]));
    check(&[allows("a", both), allows("b", both), allows("c", verifies)], ids(["a", "b"]));
}

/// Over all votes on the link, 2 × 60² decisions of two policies, and some of four.
#[test]
fn for_links_it_matches_an_exhaustive_search() {
    let states = link_states();
    for sign_up in link_sign_ups() {
        for (index, a) in states.iter().enumerate() {
            for (other, b) in states.iter().enumerate() {
                check(&sign_up, &named(&[a, b]));
                let third = &states[(7 * index + other) % states.len()];
                let fourth = &states[(index + 11 * other) % states.len()];
                check(&sign_up, &named(&[a, b, third, fourth]));
            }
        }
    }
}
