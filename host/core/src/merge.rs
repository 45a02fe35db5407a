//! Merges verdicts and failures into a decision.

use crate::decision::{
    Admission, Alternative, Answer, Cleared, Counted, Decision, FlagRecord, Grounds,
    LinkVoteRecord, NO_POLICY_APPLIES_MESSAGE, Opinion, Outcome, PolicyRecord, Refusal, Uncounted,
    VoteRecord,
};
use crate::failure::FAILURE_MESSAGE;
use crate::flag::{Flag, PerFlag};
use crate::link::{LINK_TRIGGER, is_conflict, merge_link};
use crate::permissions::Permission;
use crate::policy::{Mode, OnFailure, Terms, WhenNoPolicyApplies};
use crate::sign_up::SignUp;
use crate::verdict::{LinkVote, Verdict, Vote};

/// Merges the outcomes of the policies into one decision.
///
/// The decision also records what each monitoring policy would change if it were enforced.
///
/// 1. A denial that counts, or a failure with `on-failure = "deny"`, denies the sign-up;
///    the message is that of the first such policy.
/// 2. Otherwise a flag is set if a vote that counts grants it and none withholds it.
/// 3. A verify flag is cleared if its attribute is absent or blank, or if the sign-up is not
///    confirmed.
/// 4. The external identity is linked if votes that count grant it, all name the same user, and
///    none withholds it. If they name different users, the sign-up is denied. Only the trigger
///    `PreSignUp_ExternalProvider` has an identity to link.
/// 5. If no enforced policy applies, `when_no_policy_applies` says whether the sign-up is admitted,
///    with no flag set, or denied.
pub fn decide(
    sign_up: &SignUp<'_>,
    outcomes: &[Outcome],
    when_no_policy_applies: WhenNoPolicyApplies,
) -> Decision {
    let mut policies: Vec<PolicyRecord> = outcomes.iter().map(record).collect();
    let all: Vec<&PolicyRecord> = policies.iter().collect();
    let no_policy_applies = no_policy_applies(&all);
    let (answer, flags, link_votes) = merge(sign_up, &all, when_no_policy_applies);
    for (index, outcome) in outcomes.iter().enumerate() {
        if outcome.terms.mode == Mode::Monitor {
            // An enforced policy would apply, so `when_no_policy_applies` would have no effect.
            let alternative = enforced(sign_up, &policies, index, outcome);
            let differs = !alternative.has_same_outcome(&answer);
            policies[index].if_enforced = Some(Alternative { answer: alternative, differs });
        }
    }
    Decision { answer, policies, no_policy_applies, flags, link_votes }
}

/// Returns the answer if the policy at `index` were enforced.
fn enforced(
    sign_up: &SignUp<'_>,
    policies: &[PolicyRecord],
    index: usize,
    outcome: &Outcome,
) -> Answer {
    let terms = Terms { mode: Mode::Enforce, ..outcome.terms.clone() };
    let enforced = record(&Outcome { terms, ..outcome.clone() });
    let mut records: Vec<&PolicyRecord> = policies.iter().collect();
    records[index] = &enforced;
    merge(sign_up, &records, WhenNoPolicyApplies::Admit).0
}

/// Returns whether none of these policies is enforced.
fn no_policy_applies(policies: &[&PolicyRecord]) -> bool {
    policies.iter().all(|record| record.mode == Mode::Monitor)
}

/// Merges the records of these policies, as if there were no others.
pub(crate) fn merge(
    sign_up: &SignUp<'_>,
    policies: &[&PolicyRecord],
    when_no_policy_applies: WhenNoPolicyApplies,
) -> (Answer, PerFlag<FlagRecord>, Option<FlagRecord>) {
    let is_external = sign_up.trigger_source == LINK_TRIGGER;
    let conflict = (is_external && is_conflict(policies)).then(|| Refusal {
        policy: None,
        grounds: Grounds::LinkConflict,
        message: FAILURE_MESSAGE.to_owned(),
    });
    let is_conflict = conflict.is_some();
    let refusal = match (no_policy_applies(policies), when_no_policy_applies) {
        (true, WhenNoPolicyApplies::Deny) => Some(Refusal {
            policy: None,
            grounds: Grounds::NoPolicyApplies,
            message: NO_POLICY_APPLIES_MESSAGE.to_owned(),
        }),
        _ => policies.iter().find_map(|record| record.refusal()).or(conflict),
    };
    let denied = refusal.as_ref().map(|_| Cleared::Denied);
    let confirmed = denied.is_none() && is_granted(Flag::Confirm, policies);
    let flags = PerFlag::from_fn(|flag| match flag.attribute() {
        None => tally(flag, policies, denied),
        Some(_) => {
            let absent = (!has_attribute(sign_up, flag)).then_some(Cleared::AttributeAbsent);
            let unconfirmed = (!confirmed).then_some(Cleared::NotConfirmed);
            tally(flag, policies, denied.or(absent).or(unconfirmed))
        }
    });
    let unlinked = match (is_conflict, is_external) {
        (true, _) => Some(Cleared::LinkConflict),
        (false, true) => denied,
        (false, false) => Some(Cleared::NotExternalProvider),
    };
    let (user, link_votes) = merge_link(policies, unlinked);
    let answer = match refusal {
        Some(refusal) => Answer::Deny(refusal),
        None => {
            Answer::Admit(Admission { flags: PerFlag::from_fn(|flag| flags[flag].set), link: user })
        }
    };
    (answer, flags, link_votes)
}

fn record(outcome: &Outcome) -> PolicyRecord {
    let Outcome { policy, terms, answer } = outcome;
    let opinion = match answer {
        Ok(Verdict::Allow(ballot)) => Opinion::Allow {
            votes: ballot
                .flags
                .iter()
                .filter(|(_, vote)| **vote != Vote::Abstain)
                .map(|(flag, &vote)| VoteRecord {
                    flag,
                    vote,
                    counted: counted(terms, flag.into()),
                })
                .collect(),
            link: (ballot.link != LinkVote::Abstain).then(|| LinkVoteRecord {
                vote: ballot.link.vote(),
                user: ballot.link.user().cloned(),
                counted: counted(terms, Permission::Link),
            }),
        },
        Ok(Verdict::Deny(denial)) => Opinion::Deny {
            code: denial.code().to_owned(),
            message: denial.message().to_owned(),
            counted: counted(terms, Permission::Deny),
        },
        Err(failure) => Opinion::Failure {
            failure: failure.clone(),
            counted: match (terms.mode, terms.on_failure) {
                (Mode::Monitor, _) => Counted::No(Uncounted::Monitor),
                (Mode::Enforce, OnFailure::Abstain) => Counted::No(Uncounted::AbstainsOnFailure),
                (Mode::Enforce, OnFailure::Deny) => Counted::Yes,
            },
        },
    };
    PolicyRecord { policy: policy.clone(), mode: terms.mode, opinion, if_enforced: None }
}

fn counted(terms: &Terms, permission: Permission) -> Counted {
    match terms.mode {
        _ if !terms.verdicts.permit(permission) => Counted::No(Uncounted::NotPermitted),
        Mode::Monitor => Counted::No(Uncounted::Monitor),
        Mode::Enforce => Counted::Yes,
    }
}

/// Returns whether the sign-up has the attribute of a verify flag, and the attribute is not blank.
pub(crate) fn has_attribute(sign_up: &SignUp<'_>, flag: Flag) -> bool {
    flag.attribute()
        .and_then(|name| sign_up.attribute(name))
        .is_some_and(|value| !value.trim().is_empty())
}

/// Returns whether a vote that counts grants a flag and none withholds it.
fn is_granted(flag: Flag, policies: &[&PolicyRecord]) -> bool {
    let any = |vote| policies.iter().any(|record| record.casts(vote, flag));
    any(Vote::Grant) && !any(Vote::Withhold)
}

/// Counts the votes on one flag. `cleared` is the reason, if any, why a granted flag is not set.
fn tally(flag: Flag, policies: &[&PolicyRecord], cleared: Option<Cleared>) -> FlagRecord {
    let voters = |vote| {
        let voters = policies.iter().filter(|record| record.casts(vote, flag));
        voters.map(|record| record.policy.clone()).collect::<Vec<_>>()
    };
    let (granted_by, withheld_by) = (voters(Vote::Grant), voters(Vote::Withhold));
    let granted = !granted_by.is_empty() && withheld_by.is_empty();
    FlagRecord {
        set: granted && cleared.is_none(),
        granted_by,
        withheld_by,
        cleared: cleared.filter(|_| granted),
    }
}
