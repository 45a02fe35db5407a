//! The expected result of a case, and its differences from the actual one.

use super::subject::Scope;
use crate::explain;
use admit_core::{
    Admission, Answer, Counted, Decision, FailureKind, Grounds, Opinion, PolicyId, PolicyRecord,
    Refusal, Size, VoteRecord, Votes, grouped,
};
use serde::Serialize;
use std::fmt;

/// The expected result of a case: an answer, the votes of one policy, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expectation {
    answer: Option<ExpectedAnswer>,
    votes: Option<Votes>,
}

/// The expected answer of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ExpectedAnswer {
    /// Admitted, with exactly these flags and this link.
    Admit(Admission),
    /// Denied with a code, and if stated with exactly this message and by this policy.
    Deny { code: String, message: Option<String>, by: Option<PolicyId> },
    /// A failure of this kind, and if stated of this policy.
    Failure { kind: FailureKind, by: Option<PolicyId> },
}

/// A difference between the expected and the actual result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Difference {
    pub(crate) about: About,
    pub(crate) expected: String,
    pub(crate) got: String,
}

/// The subject of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum About {
    Answer,
    Message,
    Votes,
    Fuel,
    Memory,
}

impl Expectation {
    /// Creates an expectation, which must not be empty.
    pub(crate) fn new(answer: Option<ExpectedAnswer>, votes: Option<Votes>) -> Option<Expectation> {
        (answer.is_some() || votes.is_some()).then_some(Expectation { answer, votes })
    }

    /// The policy that is expected to deny or to fail.
    pub(crate) fn by(&self) -> Option<&PolicyId> {
        match self.answer.as_ref()? {
            ExpectedAnswer::Admit(_) => None,
            ExpectedAnswer::Deny { by, .. } | ExpectedAnswer::Failure { by, .. } => by.as_ref(),
        }
    }

    /// Whether votes of one policy are expected.
    pub(crate) fn has_votes(&self) -> bool {
        self.votes.is_some()
    }

    /// Whether a denial is expected.
    pub(crate) fn is_denial(&self) -> bool {
        matches!(self.answer, Some(ExpectedAnswer::Deny { .. }))
    }

    /// The differences between a decision and the expected one.
    pub(crate) fn differences(&self, decision: &Decision, scope: Scope) -> Vec<Difference> {
        let mut differences = Vec::new();
        if let Some(answer) = &self.answer {
            differences.extend(answer.difference(decision, scope));
        }
        if let Some(expected) = self.votes {
            let record = decision.policies.first();
            if record.and_then(counted_ballot) != Some(expected) {
                differences.push(Difference {
                    about: About::Votes,
                    expected: in_words(expected),
                    got: record.map_or_else(|| "not asked".to_owned(), opinion),
                });
            }
        }
        differences
    }
}

impl ExpectedAnswer {
    fn difference(&self, decision: &Decision, scope: Scope) -> Option<Difference> {
        let differs = |about, expected, got| Some(Difference { about, expected, got });
        let got = || outcome(decision, scope);
        let refusal = match &decision.answer {
            Answer::Deny(refusal) => Some(refusal),
            Answer::Admit(_) => None,
        };
        match self {
            ExpectedAnswer::Admit(admission)
                if decision.answer == Answer::Admit(admission.clone()) =>
            {
                None
            }
            ExpectedAnswer::Deny { code, message, by } => {
                let refused = refusal.filter(|refusal| {
                    (by.is_none() || *by == refusal.policy) && denial_code(decision) == Some(code)
                });
                match (refused, message) {
                    (Some(refusal), Some(message)) if refusal.message != *message => {
                        differs(About::Message, message.clone(), refusal.message.clone())
                    }
                    (Some(_), _) => None,
                    (None, _) => differs(About::Answer, self.to_string(), got()),
                }
            }
            ExpectedAnswer::Failure { kind, by } => {
                // For a single policy its failure counts, whether or not it denies the sign-up.
                let record = match (scope, refusal) {
                    (Scope::One, _) => decision.policies.first(),
                    (Scope::All, Some(refusal)) if refusal.grounds == Grounds::Failure => {
                        record_of(decision, refusal)
                    }
                    (Scope::All, _) => None,
                };
                let as_expected = record.is_some_and(|record| {
                    by.as_ref().is_none_or(|by| *by == record.policy)
                        && matches!(&record.opinion, Opinion::Failure { failure, .. }
                            if failure.kind() == *kind)
                });
                (!as_expected).then(|| Difference {
                    about: About::Answer,
                    expected: self.to_string(),
                    got: got(),
                })
            }
            ExpectedAnswer::Admit(_) => differs(About::Answer, self.to_string(), got()),
        }
    }
}

/// The maximum cost of a case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Budgets {
    /// Units of fuel, of all policies together.
    pub(crate) fuel: Option<u64>,
    /// The largest memory of a policy at the end of its evaluation.
    pub(crate) memory: Option<Size>,
}

impl Budgets {
    /// The budgets that a cost exceeds, as differences.
    pub(crate) fn differences(self, fuel: Option<u64>, memory: Size) -> Vec<Difference> {
        let mut differences = Vec::new();
        if let Some(max) = self.fuel
            && fuel.is_none_or(|fuel| fuel > max)
        {
            let units = |fuel| format!("{} units of fuel", grouped(fuel));
            differences.push(Difference {
                about: About::Fuel,
                expected: grouped(max),
                got: fuel.map_or_else(
                    || "an unknown amount of fuel (a policy was interrupted)".to_owned(),
                    units,
                ),
            });
        }
        if let Some(max) = self.memory
            && memory > max
        {
            differences.push(Difference {
                about: About::Memory,
                expected: max.to_string(),
                got: format!("{memory} of memory"),
            });
        }
        differences
    }
}

/// The code of the denial that is the answer, if the answer is a denial by a policy.
pub(crate) fn denial_code(decision: &Decision) -> Option<&String> {
    let Answer::Deny(refusal) = &decision.answer else { return None };
    match &record_of(decision, refusal)?.opinion {
        Opinion::Deny { code, .. } => Some(code),
        _ => None,
    }
}

/// Describes an outcome in the same words as an expectation.
pub(crate) fn outcome(decision: &Decision, scope: Scope) -> String {
    let Answer::Deny(refusal) = &decision.answer else {
        return match decision.policies.first().map(|record| &record.opinion) {
            Some(Opinion::Failure { failure, .. }) if scope == Scope::One => {
                format!("failure: {}", failure.kind())
            }
            _ => explain::conclusion(&decision.answer),
        };
    };
    let (by, of) = match scope {
        Scope::One => (String::new(), String::new()),
        Scope::All => match &refusal.policy {
            Some(policy) => (format!(" by {policy}"), format!(" of {policy}")),
            None => return explain::conclusion(&decision.answer),
        },
    };
    match record_of(decision, refusal).map(|record| &record.opinion) {
        Some(Opinion::Failure { failure, .. }) => format!("failure{of}: {}", failure.kind()),
        Some(Opinion::Deny { code, .. }) => format!("denied{by}: {code}, {:?}", refusal.message),
        _ => explain::conclusion(&decision.answer),
    }
}

/// Describes the verdict or failure of a policy, and whether it counted if not in full.
pub(crate) fn opinion(record: &PolicyRecord) -> String {
    let (verdict, counted) = explain::verdict(&record.opinion);
    match counted.as_str() {
        "yes" | "-" => verdict,
        counted => format!("{verdict}, counted: {counted}"),
    }
}

/// The record of the policy that denied, if a policy did.
fn record_of<'a>(decision: &'a Decision, refusal: &Refusal) -> Option<&'a PolicyRecord> {
    let policy = refusal.policy.as_ref()?;
    decision.policies.iter().find(|record| record.policy == *policy)
}

/// The votes of a policy, if it did not deny or fail and all of them count.
fn counted_ballot(record: &PolicyRecord) -> Option<Votes> {
    let Opinion::Allow { votes, .. } = &record.opinion else { return None };
    let mut ballot = Votes::default();
    for vote in votes {
        if vote.counted != Counted::Yes {
            return None;
        }
        ballot[vote.flag] = vote.vote;
    }
    Some(ballot)
}

fn in_words(ballot: Votes) -> String {
    let votes = ballot.iter();
    let votes = votes.map(|(flag, &vote)| VoteRecord { flag, vote, counted: Counted::Yes });
    explain::ballot(&votes.collect::<Vec<_>>(), None)
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(answer) = &self.answer {
            answer.fmt(f)?;
        }
        if let Some(votes) = self.votes {
            let between = if self.answer.is_some() { "; " } else { "" };
            write!(f, "{between}votes: {}", in_words(votes))?;
        }
        Ok(())
    }
}

impl fmt::Display for ExpectedAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExpectedAnswer::Admit(admission) => {
                f.write_str(&explain::conclusion(&Answer::Admit(admission.clone())))
            }
            ExpectedAnswer::Deny { code, message, by } => {
                f.write_str("denied")?;
                if let Some(by) = by {
                    write!(f, " by {by}")?;
                }
                write!(f, ": {code}")?;
                match message {
                    Some(message) => write!(f, ", {message:?}"),
                    None => Ok(()),
                }
            }
            ExpectedAnswer::Failure { kind, by: None } => write!(f, "failure: {kind}"),
            ExpectedAnswer::Failure { kind, by: Some(by) } => write!(f, "failure of {by}: {kind}"),
        }
    }
}
