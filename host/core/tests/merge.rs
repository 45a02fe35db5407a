//! Tests of the merge: examples, and a comparison with a second, independent implementation.

#![expect(clippy::expect_used, clippy::panic, reason = "tests")]

use WhenNoPolicyApplies::{Admit, Deny};
use admit_core::{
    Admission, Answer, Cleared, Counted, Decision, Denial, FAILURE_MESSAGE, Failure, Flag, Grounds,
    Member, Mode, NO_POLICY_APPLIES_MESSAGE, OnFailure, Opinion, Outcome, PerFlag, PerMember,
    Permission, PolicyId, SignUp, Terms, Uncounted, Verdict, Vote, Votes, WhenNoPolicyApplies,
    decide,
};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const NONE: Votes = Votes::all(Vote::Abstain);
const ALL: Votes = Votes::all(Vote::Grant);

fn policy(id: &str, answer: Result<Verdict, Failure>) -> Outcome {
    let verdicts = Permission::ALL.into_iter().collect();
    let terms = Terms { verdicts, ..Terms::default() };
    Outcome { policy: PolicyId::new(id).expect("a name"), terms, answer }
}

fn allows(id: &str, votes: Votes) -> Outcome {
    policy(id, Ok(Verdict::Allow(votes.into())))
}

fn denies(id: &str, message: &str) -> Outcome {
    policy(id, Ok(Verdict::Deny(Denial::new("code", message, 256))))
}

fn fails(id: &str) -> Outcome {
    policy(id, Err(Failure::Undecided("a secret".to_owned())))
}

fn mary() -> SignUp<'static> {
    SignUp {
        members: PerMember::default().with(
            Member::UserAttributes,
            vec![("email".into(), "mary@example.com".into()), ("phone_number".into(), "  ".into())],
        ),
        ..SignUp::default()
    }
}

fn check_message(outcomes: &[Outcome], grounds: Grounds, policy: &str, message: &str) {
    match decide(&mary(), outcomes, Admit).answer {
        Answer::Deny(refusal) => {
            assert_eq!(
                (refusal.grounds, refusal.policy.as_ref().map(PolicyId::as_str)),
                (grounds, Some(policy))
            );
            assert_eq!(refusal.message, message);
        }
        Answer::Admit(admission) => panic!("expected a denial, got {admission:?}"),
    }
}

#[test]
fn the_first_denial_in_manifest_order_is_shown() {
    let (a, b) = (denies("a", "from a"), denies("b", "from b"));
    check_message(&[allows("x", ALL), a.clone(), b.clone()], Grounds::Denial, "a", "from a");
    check_message(&[b.clone(), a.clone()], Grounds::Denial, "b", "from b");
    check_message(&[fails("f"), a.clone()], Grounds::Failure, "f", FAILURE_MESSAGE);
    check_message(&[a, fails("f")], Grounds::Denial, "a", "from a");
}

#[test]
fn a_failure_abstains_only_where_the_manifest_says_so() {
    let mut failing = fails("f");
    failing.terms.on_failure = OnFailure::Abstain;
    let decision = decide(&mary(), &[failing, allows("a", ALL)], Admit);
    assert!(matches!(decision.answer, Answer::Admit(admission) if admission.flags[Flag::Confirm]));
    assert!(matches!(
        decision.policies[0].opinion,
        Opinion::Failure { counted: Counted::No(Uncounted::AbstainsOnFailure), .. }
    ));
}

#[test]
fn the_record_names_the_policies_and_their_reasons() {
    let mut monitored = denies("monitored", "no");
    monitored.terms.mode = Mode::Monitor;
    let mut unpermitted = allows("unpermitted", ALL);
    unpermitted.terms.verdicts = [Permission::Flag(Flag::VerifyEmail)].into_iter().collect();
    let withholds = NONE.with(Flag::VerifyEmail, Vote::Withhold);
    let outcomes = [allows("grants", ALL), monitored, unpermitted, allows("withholds", withholds)];
    let decision = decide(&mary(), &outcomes, Admit);
    let json = serde_json::to_value(&decision).expect("JSON");
    let expected = serde_json::json!({
        "answer": "admit", "confirm": true, "verify-email": false, "verify-phone": false,
        "noPolicyApplies": false,
        "policies": [
            {"policy": "grants", "mode": "enforce", "opinion": "allow", "votes": [
                {"flag": "confirm", "vote": "grant", "counted": true},
                {"flag": "verify-email", "vote": "grant", "counted": true},
                {"flag": "verify-phone", "vote": "grant", "counted": true}]},
            {"policy": "monitored", "mode": "monitor", "opinion": "deny", "code": "code",
             "message": "no", "counted": false, "because": "monitor",
             "ifEnforced": {"answer": "deny", "policy": "monitored", "grounds": "denial",
                "message": "no", "differs": true}},
            {"policy": "unpermitted", "mode": "enforce", "opinion": "allow", "votes": [
                {"flag": "confirm", "vote": "grant", "counted": false, "because": "not-permitted"},
                {"flag": "verify-email", "vote": "grant", "counted": true},
                {"flag": "verify-phone", "vote": "grant", "counted": false,
                 "because": "not-permitted"}]},
            {"policy": "withholds", "mode": "enforce", "opinion": "allow", "votes": [
                {"flag": "verify-email", "vote": "withhold", "counted": true}]},
        ],
        "flags": {
            "confirm": {"set": true, "grantedBy": ["grants"], "withheldBy": []},
            "verify-email": {"set": false, "grantedBy": ["grants", "unpermitted"],
             "withheldBy": ["withholds"]},
            "verify-phone": {"set": false, "grantedBy": ["grants"], "withheldBy": [],
             "cleared": "attribute-absent"},
        },
    });
    assert_eq!(json, expected);
}

#[test]
fn a_verify_flag_without_confirmation_is_cleared() {
    let ballot = ALL.with(Flag::Confirm, Vote::Abstain);
    let decision = decide(&mary(), &[allows("a", ballot)], Admit);
    assert_eq!(decision.answer, Answer::Admit(Admission::default()));
    assert_eq!(decision.flags[Flag::VerifyEmail].cleared, Some(Cleared::NotConfirmed));
    assert_eq!(decision.flags[Flag::VerifyPhone].cleared, Some(Cleared::AttributeAbsent));
}

/// A second implementation of the merge: flag by flag, without any of the code under test.
fn oracle(
    sign_up: &SignUp<'_>,
    outcomes: &[Outcome],
    when_no_policy_applies: WhenNoPolicyApplies,
) -> Result<[bool; 3], String> {
    let permissions = [
        Permission::Flag(Flag::Confirm),
        Permission::Flag(Flag::VerifyEmail),
        Permission::Flag(Flag::VerifyPhone),
    ];
    let attributes = ["", "email", "phone_number"];
    let enforced: Vec<&Outcome> =
        outcomes.iter().filter(|outcome| outcome.terms.mode != Mode::Monitor).collect();
    if enforced.is_empty() && when_no_policy_applies == WhenNoPolicyApplies::Deny {
        return Err(NO_POLICY_APPLIES_MESSAGE.to_owned());
    }
    for outcome in &enforced {
        match &outcome.answer {
            Err(_) if outcome.terms.on_failure != OnFailure::Abstain => {
                return Err(FAILURE_MESSAGE.to_owned());
            }
            Ok(Verdict::Deny(denial))
                if outcome
                    .terms
                    .verdicts
                    .iter()
                    .any(|permission| permission == Permission::Deny) =>
            {
                return Err(denial.message().to_owned());
            }
            _ => {}
        }
    }
    let mut flags = [false; 3];
    for index in 0..3 {
        let mut granted = false;
        let mut withheld = false;
        for outcome in &enforced {
            if let Ok(Verdict::Allow(ballot)) = &outcome.answer
                && outcome.terms.verdicts.iter().any(|permission| permission == permissions[index])
            {
                let vote = ballot.flags[Flag::ALL[index]];
                granted |= vote == Vote::Grant;
                withheld |= vote == Vote::Withhold;
            }
        }
        flags[index] = granted && !withheld;
    }
    for index in 1..3 {
        let present = sign_up.members[Member::UserAttributes].iter().any(|(name, value)| {
            name == attributes[index] && value.chars().any(|c| !c.is_whitespace())
        });
        flags[index] &= present && flags[0];
    }
    Ok(flags)
}

fn any_vote() -> impl Strategy<Value = Vote> {
    select(vec![Vote::Abstain, Vote::Grant, Vote::Withhold])
}

fn any_votes() -> impl Strategy<Value = Votes> {
    let votes = [any_vote(), any_vote(), any_vote()];
    votes.prop_map(|votes| PerFlag::from_fn(|flag| votes[flag as usize]))
}

fn any_answer() -> impl Strategy<Value = Result<Verdict, Failure>> {
    prop_oneof![
        8 => any_votes().prop_map(|votes| Ok(Verdict::Allow(votes.into()))),
        1 => "[a-z]{1,8}".prop_map(|text| Ok(Verdict::Deny(Denial::new(&text, &text, 256)))),
        1 => Just(Err(Failure::Undecided("no".to_owned()))),
    ]
}

prop_compose! {
    fn any_outcome()(
        id in "[a-z]{1,3}",
        verdicts in subsequence(Permission::ALL.to_vec(), 0..=Permission::ALL.len()),
        mode in select(vec![Mode::Enforce, Mode::Enforce, Mode::Enforce, Mode::Monitor]),
        on_failure in select(vec![OnFailure::Deny, OnFailure::Abstain]),
        answer in any_answer(),
    ) -> Outcome {
        let terms = Terms { verdicts: verdicts.into_iter().collect(), mode, on_failure };
        Outcome { policy: PolicyId::new(&id).expect("a name"), terms, answer }
    }
}

prop_compose! {
    fn any_sign_up()(
        names in btree_set(select(vec!["email", "phone_number", "name"]), 0..=3),
        blank in select(vec!["", " ", "x", "x@y"]),
    ) -> SignUp<'static> {
        let entry = |name: &'static str| (name.into(), blank.into());
        SignUp { members: PerMember::default().with(Member::UserAttributes, names.into_iter().map(entry).collect()), ..SignUp::default() }
    }
}

fn summary(decision: &Decision) -> Result<[bool; 3], String> {
    match &decision.answer {
        Answer::Admit(admission) => Ok(Flag::ALL.map(|flag| admission.flags[flag])),
        Answer::Deny(refusal) => Err(refusal.message.clone()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_independent_merges_agree(
        sign_up in any_sign_up(),
        outcomes in vec(any_outcome(), 0..8),
        when in select(vec![Admit, Deny]),
    ) {
        let decision = decide(&sign_up, &outcomes, when);
        prop_assert_eq!(summary(&decision), oracle(&sign_up, &outcomes, when));
        // The record agrees with the answer.
        for ((_, record), set) in decision.flags.iter().zip(summary(&decision).unwrap_or_default()) {
            prop_assert_eq!(record.set, set);
            let unopposed = !record.granted_by.is_empty() && record.withheld_by.is_empty();
            prop_assert_eq!(record.cleared.is_some(), unopposed && !record.set);
        }
        prop_assert_eq!(decision.policies.len(), outcomes.len());
        prop_assert_eq!(decision.flags.iter().map(|(flag, _)| flag).collect::<Vec<_>>(), Flag::ALL);
    }
}
