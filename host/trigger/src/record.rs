//! The record: one JSON line for each decision, whose members are those of
//! `schemas/decision.schema.json`. Where the operator asks for it there is one for an event as
//! well, whose members are those of `schemas/stored-event.schema.json`.

use crate::log::{self, MAX};
use crate::timestamp;
use admit_cognito::{Event, identifiers};
use admit_core::{
    Alternative, Answer, Cleared, Counted, Failure, FailureKind, Flag, FlagRecord, Flags, Grounds,
    Mode, Opinion, PerFlag, Phase, PolicyId, PolicyRecord, Refusal, Size, VoteRecord,
};
use admit_engine::{DecisionTrace, Digest, Evaluation};
use serde::Serialize;
use std::mem;
use std::num::NonZeroU64;
use std::ops::Not;
use std::time::Duration;

/// One decision.
#[derive(Serialize)]
#[serde(tag = "type", rename = "decision", rename_all = "camelCase")]
pub(crate) struct DecisionLine<'a> {
    timestamp: String,
    level: &'static str,
    request_id: &'a str,
    trigger_source: Option<&'a str>,
    user_pool_id: Option<&'a str>,
    client_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name_hash: Option<String>,
    bundle: Option<Digest>,
    #[serde(flatten)]
    outcome: OutcomeLine<'a>,
    #[serde(skip_serializing_if = "Not::not")]
    no_policy_applies: bool,
    flags: PerFlag<FlagLine<'a>>,
    /// Cognito sets no flag for a user whom an administrator creates.
    flags_are_ignored: bool,
    policies: Vec<PolicyLine<'a>>,
    /// How many policies were not asked: with tenants by the thousand their names would be most
    /// of the log.
    not_asked: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    cut: Option<Cut>,
    cold_start: bool,
    microseconds: u128,
}

/// How much was left out of a line that would have been too long.
#[derive(Serialize)]
pub(crate) struct Cut {
    pub(crate) policies: usize,
    /// Names of those who voted on a flag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) names: Option<usize>,
}

/// How many names of those who voted for a flag, or against it, are written where not all are.
const MAX_NAMES: usize = 100;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FlagLine<'a> {
    set: bool,
    granted_by: &'a [PolicyId],
    withheld_by: &'a [PolicyId],
    #[serde(skip_serializing_if = "Option::is_none")]
    cleared: Option<Cleared>,
}

/// What only the caller knows of a decision.
pub(crate) struct RequestInfo<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) user_name_hash: Option<String>,
    /// The digest of `bundle.json`, if there is one.
    pub(crate) bundle: Option<Digest>,
    pub(crate) cold_start: bool,
    pub(crate) time: Duration,
}

/// What became of a sign-up, without the message, which is for the person.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OutcomeLine<'a> {
    answer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    denied_by: Option<&'a PolicyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grounds: Option<Grounds>,
}

/// What one policy said and cost.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PolicyLine<'a> {
    policy: &'a PolicyId,
    component: Option<Digest>,
    mode: Mode,
    #[serde(flatten)]
    opinion: OpinionLine<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    if_enforced: Option<AlternativeLine<'a>>,
    fuel: Option<u64>,
    memory: Size,
    /// How many notes were cut or dropped, for want of room.
    #[serde(skip_serializing_if = "Option::is_none")]
    dropped_notes: Option<NonZeroU64>,
    microseconds: u128,
}

/// An opinion without any text that the policy chose, but for the code of a denial.
#[derive(Serialize)]
#[serde(tag = "opinion", rename_all = "kebab-case")]
enum OpinionLine<'a> {
    Allow {
        votes: &'a [VoteRecord],
    },
    Deny {
        code: &'a str,
        #[serde(flatten)]
        counted: Counted,
    },
    Failure {
        kind: FailureKind,
        #[serde(skip_serializing_if = "Option::is_none")]
        phase: Option<Phase>,
        /// Left out where the words are the policy's: those are in a note.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        #[serde(flatten)]
        counted: Counted,
    },
}

/// What would have become of the sign-up.
#[derive(Serialize)]
struct AlternativeLine<'a> {
    #[serde(flatten)]
    outcome: OutcomeLine<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flags: Option<Flags>,
    differs: bool,
}

/// An event as it came, for `admit replay`, where the operator asked for it.
#[derive(Serialize)]
#[serde(tag = "type", rename = "stored-event", rename_all = "camelCase")]
struct StoredEvent<'a> {
    timestamp: String,
    level: &'static str,
    request_id: &'a str,
    bytes: usize,
    /// As text, so that it stays as it is, to the byte. None where it is too large.
    event: Option<&'a str>,
}

/// How much the entry of a policy matters in a record that has no room for all of them.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// It is the denial.
    Denied,
    /// It is a denial or a failure as well, or would have changed something.
    Objects,
    Votes,
    Abstains,
}

/// The level of every line of the record: it says what happened, not that something is wrong.
pub(crate) const LEVEL: &str = "INFO";

impl<'a> DecisionLine<'a> {
    pub(crate) fn new(
        event: &'a Event<'_>,
        deliberation: &'a DecisionTrace,
        circumstances: RequestInfo<'a>,
    ) -> DecisionLine<'a> {
        let DecisionTrace { decision, evaluations, not_asked } = deliberation;
        let RequestInfo { request_id, user_name_hash, bundle, cold_start, time } = circumstances;
        let sign_up = event.sign_up();
        let policies = decision.policies.iter().zip(evaluations).map(PolicyLine::from);
        DecisionLine {
            timestamp: timestamp::now(),
            level: LEVEL,
            request_id,
            trigger_source: identifiers::trigger(&sign_up.trigger_source),
            user_pool_id: identifiers::user_pool(&sign_up.user_pool_id),
            client_id: identifiers::client(&sign_up.client_id),
            user_name_hash,
            bundle,
            outcome: OutcomeLine::from(&decision.answer),
            no_policy_applies: decision.no_policy_applies,
            flags: PerFlag::from_fn(|flag| FlagLine::new(&decision.flags[flag])),
            flags_are_ignored: event.flags_are_ignored(),
            policies: policies.collect(),
            not_asked: *not_asked,
            cut: None,
            cold_start,
            microseconds: time.as_micros(),
        }
    }
}

impl DecisionLine<'_> {
    /// The line with its end. One that would be too long is without what matters least: all but
    /// the first names of those who voted, then as many policies as there is no room for.
    pub(crate) fn into_text(mut self) -> Option<Vec<u8>> {
        let whole = log::text(&self);
        if whole.is_some() {
            return whole;
        }
        let left_out = Flag::ALL.into_iter().map(|flag| self.flags[flag].keep(MAX_NAMES)).sum();
        let names = Some(left_out);
        let mut policies: Vec<_> = mem::take(&mut self.policies).into_iter().enumerate().collect();
        // With as many digits as there may come to be.
        self.cut = Some(Cut { policies: policies.len(), names });
        let room = MAX - log::text(&self)?.len();
        policies.sort_by_key(|(index, policy)| (policy.weight(&self.outcome), *index));
        let fit = log::fitting(policies.iter().map(|(_, policy)| policy), room);
        self.cut = Some(Cut { policies: policies.len() - fit, names });
        policies.truncate(fit);
        policies.sort_by_key(|(index, _)| *index);
        self.policies = policies.into_iter().map(|(_, policy)| policy).collect();
        log::text(&self)
    }
}

impl PolicyLine<'_> {
    fn weight(&self, outcome: &OutcomeLine<'_>) -> Weight {
        let differs = self.if_enforced.as_ref().is_some_and(|alternative| alternative.differs);
        match &self.opinion {
            _ if outcome.denied_by == Some(self.policy) => Weight::Denied,
            OpinionLine::Deny { .. } | OpinionLine::Failure { .. } => Weight::Objects,
            OpinionLine::Allow { .. } if differs => Weight::Objects,
            OpinionLine::Allow { votes: [] } => Weight::Abstains,
            OpinionLine::Allow { .. } => Weight::Votes,
        }
    }
}

impl<'a> FlagLine<'a> {
    fn new(record: &'a FlagRecord) -> FlagLine<'a> {
        FlagLine {
            set: record.set,
            granted_by: &record.granted_by,
            withheld_by: &record.withheld_by,
            cleared: record.cleared,
        }
    }

    /// Keeps the first names of each list, and returns how many were left out.
    fn keep(&mut self, most: usize) -> usize {
        let mut left_out = 0;
        for names in [&mut self.granted_by, &mut self.withheld_by] {
            let kept = names.len().min(most);
            left_out += names.len() - kept;
            *names = &names[..kept];
        }
        left_out
    }
}

impl<'a> From<&'a Answer> for OutcomeLine<'a> {
    fn from(answer: &'a Answer) -> OutcomeLine<'a> {
        match answer {
            Answer::Admit(_) => OutcomeLine { answer: "admit", denied_by: None, grounds: None },
            Answer::Deny(Refusal { policy, grounds, .. }) => {
                OutcomeLine { answer: "deny", denied_by: policy.as_ref(), grounds: Some(*grounds) }
            }
        }
    }
}

impl<'a> From<(&'a PolicyRecord, &'a Evaluation)> for PolicyLine<'a> {
    fn from((record, evaluation): (&'a PolicyRecord, &'a Evaluation)) -> PolicyLine<'a> {
        PolicyLine {
            policy: &record.policy,
            component: evaluation.component,
            mode: record.mode,
            opinion: OpinionLine::from(&record.opinion),
            if_enforced: record.if_enforced.as_ref().map(AlternativeLine::from),
            fuel: evaluation.fuel,
            memory: evaluation.memory,
            dropped_notes: NonZeroU64::new(evaluation.notes.dropped),
            microseconds: evaluation.time.as_micros(),
        }
    }
}

impl<'a> From<&'a Opinion> for OpinionLine<'a> {
    fn from(opinion: &'a Opinion) -> OpinionLine<'a> {
        match opinion {
            Opinion::Allow { votes } => OpinionLine::Allow { votes },
            Opinion::Deny { code, counted, .. } => OpinionLine::Deny { code, counted: *counted },
            Opinion::Failure { failure, counted } => OpinionLine::Failure {
                kind: failure.kind(),
                phase: failure.phase(),
                reason: match failure {
                    Failure::SettingsRefused(_) | Failure::Undecided(_) => None,
                    failure => Some(failure.to_string()),
                },
                counted: *counted,
            },
        }
    }
}

impl<'a> From<&'a Alternative> for AlternativeLine<'a> {
    fn from(alternative: &'a Alternative) -> AlternativeLine<'a> {
        AlternativeLine {
            outcome: OutcomeLine::from(&alternative.answer),
            flags: match alternative.answer {
                Answer::Admit(flags) => Some(flags),
                Answer::Deny(_) => None,
            },
            differs: alternative.differs,
        }
    }
}

/// Writes an event, or says that it is too large to be written.
pub(crate) fn write_event(request_id: &str, text: &str) {
    let (timestamp, bytes) = (timestamp::now(), text.len());
    let line = StoredEvent { timestamp, level: LEVEL, request_id, bytes, event: Some(text) };
    match log::text(&line) {
        Some(whole) => log::write_text(Some(&whole)),
        None => log::write(&StoredEvent { event: None, ..line }),
    }
}
