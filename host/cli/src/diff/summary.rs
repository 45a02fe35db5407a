//! The part of a decision that is compared: the outcome and its cause, without the message for the
//! person signing up.

use admit_core::{
    Answer, Cleared, Decision, Facts, FailureKind, Grounds, Opinion, PerFlag, PolicyId,
    PolicyRecord, SignUp, printable,
};
use admit_engine::{DecisionTrace, PolicySet};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// The outcome of one sign-up and its cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DecisionSummary {
    /// Admitted, with these flags.
    Admitted(PerFlag<FlagSummary>),
    /// Denied.
    Denied(DeniedBy),
}

/// The policy whose denial or failure is the answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub(crate) struct DeniedBy {
    pub(crate) policy: String,
    #[serde(flatten)]
    pub(crate) cause: Cause,
}

/// The cause of a denial.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Cause {
    /// The code of a `deny` verdict.
    Code(String),
    /// The kind of a failure.
    Failure(String),
}

/// Whether a flag was set, and the votes on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FlagSummary {
    pub(crate) set: bool,
    pub(crate) granted_by: Vec<String>,
    pub(crate) withheld_by: Vec<String>,
    pub(crate) cleared: Option<String>,
}

/// The record of a decision in the log.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordedDecision {
    pub(crate) timestamp: String,
    pub(crate) request_id: String,
    answer: RecordedAnswer,
    denied_by: Option<String>,
    grounds: Option<String>,
    flags: BTreeMap<String, RecordedFlag>,
    policies: Vec<RecordedPolicy>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RecordedAnswer {
    Admit,
    Deny,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecordedFlag {
    set: bool,
    granted_by: Vec<String>,
    withheld_by: Vec<String>,
    cleared: Option<String>,
}

#[derive(Debug, Deserialize)]
struct RecordedPolicy {
    policy: String,
    code: Option<String>,
    kind: Option<String>,
}

impl DecisionSummary {
    /// Decides a sign-up with a policy set.
    pub(crate) fn decide(
        policies: &PolicySet,
        sign_up: &SignUp<'_>,
        facts: &Facts,
    ) -> DecisionSummary {
        // Cognito does not wait for this answer, so only the manifest's budget limits the time.
        let decide = || policies.decide_with(sign_up, facts, Duration::MAX);
        let trace = match decide() {
            // A timeout may be due to the load of this machine: tries once more.
            trace if has_transient_failure(&trace) => decide(),
            trace => trace,
        };
        DecisionSummary::from(&trace.decision)
    }
}

fn has_transient_failure(trace: &DecisionTrace) -> bool {
    let transient = [FailureKind::Budget, FailureKind::Deadline, FailureKind::Host];
    let failures = trace.evaluations.iter().filter_map(|e| e.answer.as_ref().err());
    failures.into_iter().any(|failure| transient.contains(&failure.kind()))
}

impl From<&Decision> for DecisionSummary {
    fn from(decision: &Decision) -> DecisionSummary {
        match &decision.answer {
            Answer::Deny(refusal) => {
                let Some(policy) = &refusal.policy else {
                    return DecisionSummary::Denied(by_no_policy(word_of_grounds(refusal.grounds)));
                };
                let by = decision.policies.iter().find(|record| record.policy == *policy);
                DecisionSummary::Denied(DeniedBy {
                    policy: policy.to_string(),
                    cause: by.map_or_else(unknown, cause),
                })
            }
            Answer::Admit(_) => {
                let names = |ids: &[PolicyId]| ids.iter().map(PolicyId::to_string).collect();
                DecisionSummary::Admitted(PerFlag::from_fn(|flag| {
                    let record = &decision.flags[flag];
                    FlagSummary {
                        set: record.set,
                        granted_by: names(&record.granted_by),
                        withheld_by: names(&record.withheld_by),
                        cleared: record.cleared.map(word_of),
                    }
                }))
            }
        }
    }
}

/// The reason in the spelling of the log.
fn word_of(cleared: Cleared) -> String {
    let word = match cleared {
        Cleared::Denied => "denied",
        Cleared::AttributeAbsent => "attribute-absent",
        Cleared::NotConfirmed => "not-confirmed",
        Cleared::NotExternalProvider => "not-external-provider",
        Cleared::LinkConflict => "link-conflict",
        Cleared::LinkFailed => "link-failed",
    };
    word.to_owned()
}

fn cause(record: &PolicyRecord) -> Cause {
    match &record.opinion {
        Opinion::Deny { code, .. } => Cause::Code(code.clone()),
        Opinion::Failure { failure, .. } => Cause::Failure(failure.kind().to_string()),
        Opinion::Allow { .. } => unknown(),
    }
}

/// The maximum length of a word from a log, in characters.
const MAX_CHARACTERS: usize = 64;

impl From<&RecordedDecision> for DecisionSummary {
    fn from(record: &RecordedDecision) -> DecisionSummary {
        let word = |text: &String| printable(text, MAX_CHARACTERS);
        match record.answer {
            RecordedAnswer::Deny => {
                let Some(policy) = record.denied_by.clone() else {
                    let grounds = record.grounds.as_ref().map(word);
                    let no_policy_applies = || word_of_grounds(Grounds::NoPolicyApplies).to_owned();
                    let grounds = grounds.unwrap_or_else(no_policy_applies);
                    return DecisionSummary::Denied(by_no_policy(&grounds));
                };
                let by = record.policies.iter().find(|record| record.policy == policy);
                let cause = match by {
                    Some(RecordedPolicy { code: Some(code), .. }) => Cause::Code(word(code)),
                    Some(RecordedPolicy { kind: Some(kind), .. }) => Cause::Failure(word(kind)),
                    _ => unknown(),
                };
                DecisionSummary::Denied(DeniedBy { policy: word(&policy), cause })
            }
            RecordedAnswer::Admit => DecisionSummary::Admitted(PerFlag::from_fn(|flag| {
                let record = record.flags.get(&flag.to_string());
                record.map_or_else(FlagSummary::default, |record| FlagSummary {
                    set: record.set,
                    granted_by: record.granted_by.iter().map(word).collect(),
                    withheld_by: record.withheld_by.iter().map(word).collect(),
                    cleared: record.cleared.as_ref().map(word),
                })
            })),
        }
    }
}

/// A denial that no single policy causes, by its grounds.
fn by_no_policy(grounds: &str) -> DeniedBy {
    DeniedBy { policy: "(the manifest)".to_owned(), cause: Cause::Code(grounds.to_owned()) }
}

/// The grounds in the spelling of the log.
fn word_of_grounds(grounds: Grounds) -> &'static str {
    match grounds {
        Grounds::Denial => "denial",
        Grounds::Failure => "failure",
        Grounds::NoPolicyApplies => "no-policy-applies",
        Grounds::LinkConflict => "link-conflict",
        Grounds::LinkFailed => "link-failed",
    }
}

/// The cause in a record that lacks one, which `admit` never writes.
fn unknown() -> Cause {
    Cause::Code("unknown".to_owned())
}
