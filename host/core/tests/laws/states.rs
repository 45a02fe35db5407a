//! Every distinct outcome of a policy, and the sign-ups to try them with.
//!
//! A state of a policy is its answer together with its permissions and its mode. States that differ
//! only in something without effect (the permissions of a failing policy, `on-failure` of one that
//! answers) are one state.

use admit_core::{
    Ballot, Denial, Failure, Flag, Member, Mode, OnFailure, Outcome, PerFlag, Permission,
    Permissions, PolicyId, SignUp, Terms, Verdict, Vote,
};

const VOTES: [Vote; 3] = [Vote::Abstain, Vote::Grant, Vote::Withhold];
const MODES: [Mode; 2] = [Mode::Enforce, Mode::Monitor];

/// Returns every state with votes on these flags: 440 with all three flags, 80 with two.
pub(crate) fn states(flags: &[Flag]) -> Vec<Outcome> {
    let mut states = Vec::new();
    for mode in MODES {
        for on_failure in [OnFailure::Deny, OnFailure::Abstain] {
            let terms = Terms { verdicts: Permissions::default(), mode, on_failure };
            states.push(outcome(terms, Err(Failure::Undecided(String::new()))));
        }
        for verdicts in [Permissions::default(), Permissions::from_iter([Permission::Deny])] {
            let terms = Terms { verdicts, mode, on_failure: OnFailure::Deny };
            states.push(outcome(terms, Ok(Verdict::Deny(Denial::new("code", "message", 256)))));
        }
        for ballot in ballots(flags) {
            for permitted in subsets(flags) {
                let verdicts = permitted.into_iter().map(Permission::from).collect();
                let terms = Terms { verdicts, mode, on_failure: OnFailure::Deny };
                states.push(outcome(terms, Ok(Verdict::Allow(ballot.clone()))));
            }
        }
    }
    states
}

/// Returns sign-ups with and without the two attributes that can be verified.
pub(crate) fn sign_ups() -> Vec<SignUp<'static>> {
    let mut sign_ups = Vec::new();
    for email in [None, Some("mary@example.com")] {
        for phone in [None, Some("+12065550100")] {
            let mut sign_up = SignUp::default();
            let mut add = |name: &'static str, value: Option<&'static str>| {
                sign_up.members[Member::UserAttributes]
                    .extend(value.map(|value| (name.into(), value.into())));
            };
            add("email", email);
            add("phone_number", phone);
            sign_ups.push(sign_up);
        }
    }
    sign_ups
}

fn outcome(terms: Terms, answer: Result<Verdict, Failure>) -> Outcome {
    Outcome { policy: PolicyId::new("policy").expect("a name"), terms, answer }
}

fn ballots(flags: &[Flag]) -> Vec<Ballot> {
    let votes = |flag| if flags.contains(&flag) { &VOTES[..] } else { &VOTES[..1] };
    let mut ballots = Vec::new();
    for &confirm in votes(Flag::Confirm) {
        for &verify_email in votes(Flag::VerifyEmail) {
            for &verify_phone in votes(Flag::VerifyPhone) {
                let votes = [confirm, verify_email, verify_phone];
                ballots.push(PerFlag::from_fn(|flag| votes[flag as usize]).into());
            }
        }
    }
    ballots
}

fn subsets(flags: &[Flag]) -> Vec<Vec<Flag>> {
    (0..1 << flags.len())
        .map(|bits: usize| {
            let chosen = flags.iter().enumerate().filter(|(index, _)| bits >> index & 1 == 1);
            chosen.map(|(_, flag)| *flag).collect()
        })
        .collect()
}
