//! What became of a sign-up, as far as two policy sets are compared: without any word that is
//! for the person.

use admit_core::{
    Answer, Cleared, Decision, FailureKind, Opinion, PerFlag, PolicyId, PolicyRecord, SignUp,
    printable,
};
use admit_engine::{DecisionTrace, PolicySet};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// The outcome of one sign-up, and who brought it about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DecisionSummary {
    /// It was admitted, with these flags.
    Admitted(PerFlag<FlagSummary>),
    /// It was denied.
    Denied(DeniedBy),
}

/// The policy whose denial or failure decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub(crate) struct DeniedBy {
    pub(crate) policy: String,
    #[serde(flatten)]
    pub(crate) cause: Cause,
}

/// Why it denied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Cause {
    /// It said no, for this reason.
    Code(String),
    /// It gave no answer, in this way.
    Failure(String),
}

/// Whether a flag was set, and who saw to that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FlagSummary {
    pub(crate) set: bool,
    pub(crate) granted_by: Vec<String>,
    pub(crate) withheld_by: Vec<String>,
    pub(crate) cleared: Option<String>,
}

/// A decision as it stands in the log.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordedDecision {
    pub(crate) timestamp: String,
    pub(crate) request_id: String,
    answer: RecordedAnswer,
    denied_by: Option<String>,
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
    /// What a policy set makes of a sign-up.
    pub(crate) fn by(policies: &PolicySet, sign_up: &SignUp<'_>) -> DecisionSummary {
        // Here nobody waits: the manifest's own budget is the only one.
        let decide = || policies.decide(sign_up, Duration::MAX);
        let deliberation = match decide() {
            // What a clock stopped may have been slow for once.
            deliberation if was_stopped_by_chance(&deliberation) => decide(),
            deliberation => deliberation,
        };
        DecisionSummary::from(&deliberation.decision)
    }
}

fn was_stopped_by_chance(deliberation: &DecisionTrace) -> bool {
    let by_chance = [FailureKind::Budget, FailureKind::Deadline, FailureKind::Host];
    let failures = deliberation.evaluations.iter().filter_map(|e| e.answer.as_ref().err());
    failures.into_iter().any(|failure| by_chance.contains(&failure.kind()))
}

impl From<&Decision> for DecisionSummary {
    fn from(decision: &Decision) -> DecisionSummary {
        match &decision.answer {
            Answer::Deny(refusal) => {
                let Some(policy) = &refusal.policy else {
                    return DecisionSummary::Denied(no_policy_applies());
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

/// As the log has it.
fn word_of(cleared: Cleared) -> String {
    let word = match cleared {
        Cleared::Denied => "denied",
        Cleared::AttributeAbsent => "attribute-absent",
        Cleared::NotConfirmed => "not-confirmed",
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

/// As much of a word in somebody's file as is shown.
const MAX_CHARACTERS: usize = 64;

impl From<&RecordedDecision> for DecisionSummary {
    fn from(record: &RecordedDecision) -> DecisionSummary {
        let word = |text: &String| printable(text, MAX_CHARACTERS);
        match record.answer {
            RecordedAnswer::Deny => {
                let Some(policy) = record.denied_by.clone() else {
                    return DecisionSummary::Denied(no_policy_applies());
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

/// The manifest itself, which denies where no policy applies.
fn no_policy_applies() -> DeniedBy {
    DeniedBy {
        policy: "(the manifest)".to_owned(),
        cause: Cause::Code("no-policy-applies".to_owned()),
    }
}

/// Of a decision that does not say why; none of ours.
fn unknown() -> Cause {
    Cause::Code("unknown".to_owned())
}
