//! Fuzzes the merge of verdicts.

#![no_main]

use admit_core::{
    Answer, Decision, Denial, FAILURE_MESSAGE, Failure, Flag, Flags, Grounds, Member, Mode,
    OnFailure, Outcome, PerFlag, PerMember, Permission, PolicyId, SignUp, Terms, Verdict, Vote,
    WhenNoPolicyApplies, decide,
};
use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;

/// Each is left out and listed twice in turn, so that more only cost time.
const MAX_POLICIES: usize = 8;

/// The default limit on the message of a denial.
const MAX_CHARACTERS: usize = 256;

/// A sign-up and what policies said to it, in the fuzzer's words.
#[derive(Debug, Arbitrary)]
struct Case {
    email: Option<String>,
    phone: Option<String>,
    policies: Vec<Said>,
    /// How the policies are put in another order.
    order: Vec<u8>,
}

#[derive(Debug, Arbitrary)]
struct Said {
    may_deny: bool,
    may_vote: [bool; 3],
    monitored: bool,
    abstains_on_failure: bool,
    answer: Words,
}

#[derive(Debug, Arbitrary)]
enum Words {
    Allow([Opinion; 3]),
    Deny { code: String, message: String },
    Fail(String),
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Opinion {
    Abstain,
    Grant,
    Withhold,
}

/// The laws of the merge.
///
/// - A sign-up is denied if and only if a policy denies it that may, or a policy fails on which the
///   manifest insists. The first of them is named, and only its words are shown.
/// - A flag is set only if a policy that counts and may grants it, and none withholds it.
/// - Nothing is verified that is not there, or for a user who is not confirmed.
/// - Another order of the policies changes nothing but who is named and what is shown.
/// - A policy listed twice changes nothing.
/// - One policy more changes only what it may.
/// - A policy that is monitored changes nothing.
fn check(case: &Case) {
    let sign_up = sign_up(case);
    let outcomes: Vec<Outcome> =
        case.policies.iter().take(MAX_POLICIES).enumerate().map(outcome).collect();
    let decision = decide(&sign_up, &outcomes, WhenNoPolicyApplies::Admit);
    assert_eq!(
        decision,
        decide(&sign_up, &outcomes, WhenNoPolicyApplies::Admit),
        "the same is decided twice"
    );

    check_denial(&outcomes, &decision);
    check_flags(&sign_up, &outcomes, &decision);

    let mut reordered = outcomes.clone();
    for (position, with) in case.order.iter().enumerate().take(outcomes.len()) {
        reordered.swap(position, usize::from(*with) % outcomes.len());
    }
    assert_eq!(
        flags(&decide(&sign_up, &reordered, WhenNoPolicyApplies::Admit)),
        flags(&decision),
        "the order matters"
    );

    for (index, outcome) in outcomes.iter().enumerate() {
        let doubled = [&outcomes[..], &outcomes[index..=index]].concat();
        assert_eq!(
            decide(&sign_up, &doubled, WhenNoPolicyApplies::Admit).answer,
            decision.answer,
            "{outcome:?} twice"
        );
        let without = [&outcomes[..index], &outcomes[index + 1..]].concat();
        check_powers(
            flags(&decide(&sign_up, &without, WhenNoPolicyApplies::Admit)),
            flags(&decision),
            outcome,
        );
    }
}

fn check_denial(outcomes: &[Outcome], decision: &Decision) {
    let denies = |outcome: &&Outcome| {
        outcome.terms.mode == Mode::Enforce
            && match &outcome.answer {
                Ok(Verdict::Deny(_)) => outcome.terms.verdicts.permit(Permission::Deny),
                Ok(Verdict::Allow(_)) => false,
                Err(_) => outcome.terms.on_failure == OnFailure::Deny,
            }
    };
    match (outcomes.iter().find(denies), &decision.answer) {
        (None, Answer::Admit(_)) => {}
        (Some(first), Answer::Deny(refusal)) => {
            assert_eq!(refusal.policy.as_ref(), Some(&first.policy));
            let (grounds, message) = match &first.answer {
                Ok(Verdict::Deny(denial)) => (Grounds::Denial, denial.message()),
                _ => (Grounds::Failure, FAILURE_MESSAGE),
            };
            assert_eq!((refusal.grounds, refusal.message.as_str()), (grounds, message));
            assert!(message.chars().count() <= MAX_CHARACTERS);
            assert!(!message.chars().any(char::is_control), "{message:?}");
        }
        (first, answer) => panic!("{answer:?}, and the first to deny is {first:?}"),
    }
}

fn check_flags(sign_up: &SignUp<'_>, outcomes: &[Outcome], decision: &Decision) {
    let Some(set) = flags(decision) else { return };
    for flag in Flag::ALL {
        let votes: Vec<Vote> = outcomes
            .iter()
            .filter(|outcome| outcome.terms.mode == Mode::Enforce)
            .filter(|outcome| outcome.terms.verdicts.permit(flag))
            .filter_map(|outcome| match &outcome.answer {
                Ok(Verdict::Allow(ballot)) => Some(ballot.flags[flag]),
                _ => None,
            })
            .collect();
        let voted = votes.contains(&Vote::Grant) && !votes.contains(&Vote::Withhold);
        let sensible = flag.attribute().is_none_or(|name| {
            let value = sign_up.attribute(name).unwrap_or_default();
            set[Flag::Confirm] && value.chars().any(|c| !c.is_whitespace())
        });
        assert_eq!(set[flag], voted && sensible, "{flag} by {votes:?}");
    }
}

/// Checks that one policy more changed only what it may; `None` is a denial.
fn check_powers(before: Option<Flags>, after: Option<Flags>, added: &Outcome) {
    let may = |power| added.terms.verdicts.permit(power);
    let insists = added.answer.is_err() && added.terms.on_failure == OnFailure::Deny;
    if added.terms.mode == Mode::Monitor {
        assert_eq!(before, after, "changed by {added:?}");
    }
    match (before, after) {
        (None, after) => assert_eq!(after, None, "a denial undone by {added:?}"),
        (Some(_), None) => assert!(may(Permission::Deny) || insists, "denied by {added:?}"),
        (Some(before), Some(after)) => {
            for flag in Flag::ALL.into_iter().filter(|&f| before[f] != after[f]) {
                // To decide on `confirm` is to decide on what depends on it.
                let may = may(flag.into()) || may(Permission::Flag(Flag::Confirm));
                assert!(may, "{flag} changed by {added:?}");
            }
        }
    }
}

fn flags(decision: &Decision) -> Option<Flags> {
    match &decision.answer {
        Answer::Admit(admission) => Some(admission.flags),
        Answer::Deny(_) => None,
    }
}

fn sign_up(case: &Case) -> SignUp<'_> {
    let entry = |name: &'static str, value: &'_ Option<String>| {
        value.clone().map(|value| (name.into(), value.into()))
    };
    let attributes = [entry("email", &case.email), entry("phone_number", &case.phone)];
    SignUp {
        members: PerMember::default()
            .with(Member::UserAttributes, attributes.into_iter().flatten().collect()),
        ..SignUp::default()
    }
}

fn outcome((index, said): (usize, &Said)) -> Outcome {
    let votes = Flag::ALL.into_iter().zip(said.may_vote).filter(|(_, may)| *may);
    let votes = votes.map(|(flag, _)| Permission::from(flag));
    let terms = Terms {
        verdicts: said.may_deny.then_some(Permission::Deny).into_iter().chain(votes).collect(),
        mode: if said.monitored { Mode::Monitor } else { Mode::Enforce },
        on_failure: if said.abstains_on_failure { OnFailure::Abstain } else { OnFailure::Deny },
    };
    let answer = match &said.answer {
        Words::Allow(opinions) => {
            let votes = opinions.map(|opinion| match opinion {
                Opinion::Abstain => Vote::Abstain,
                Opinion::Grant => Vote::Grant,
                Opinion::Withhold => Vote::Withhold,
            });
            Ok(Verdict::Allow(PerFlag::from_fn(|flag| votes[flag as usize]).into()))
        }
        Words::Deny { code, message } => {
            Ok(Verdict::Deny(Denial::new(code, message, MAX_CHARACTERS)))
        }
        Words::Fail(words) => Err(Failure::Undecided(words.clone())),
    };
    let policy = PolicyId::new(&format!("policy-{index}")).expect("a name");
    Outcome { policy, terms, answer }
}

fuzz_target!(|case: Case| check(&case));
