//! The record: one JSON line for each decision, as in `schemas/decision.schema.json`, and if the
//! operator chooses so one for its event, as in `schemas/stored-event.schema.json`.

use crate::log::{self, MAX};
use crate::lookups::LookupReport;
use crate::services::{LinkErrorKind, LinkResult};
use crate::timestamp;
use admit_cognito::{Event, identifiers};
use admit_core::{
    Admission, Alternative, Answer, Cleared, Counted, Facts, Failure, FailureKind, Flag,
    FlagRecord, Flags, Grounds, LinkVoteRecord, LookupError, LookupName, Mode, Opinion, PerFlag,
    Phase, PolicyId, PolicyRecord, Refusal, Size, VoteRecord,
};
use admit_engine::{DecisionTrace, Digest, Evaluation};
use serde::Serialize;
use std::mem;
use std::num::NonZeroU64;
use std::ops::Not;
use std::time::Duration;

/// The log line about a decision.
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
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<LinkLine<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lookups: Vec<LookupLine<'a>>,
    /// Whether Cognito ignores the flags, as it does for users that an administrator creates.
    flags_are_ignored: bool,
    policies: Vec<PolicyLine<'a>>,
    /// The number of policies that were not evaluated. With thousands of tenants, their names would
    /// make up most of the log.
    not_asked: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    cut: Option<Cut>,
    cold_start: bool,
    microseconds: u128,
}

/// The number of items that were left out of a line that would have been too long.
#[derive(Serialize)]
pub(crate) struct Cut {
    pub(crate) policies: usize,
    /// The number of names of policies that voted on a flag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) names: Option<usize>,
}

/// The maximum number of names in each list of voters if the line would be too long.
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

/// The votes on the link, and whether it was made.
#[derive(Serialize)]
struct LinkLine<'a> {
    #[serde(flatten)]
    votes: FlagLine<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<LinkOutcome>,
}

/// The outcome of an attempt to make the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum LinkOutcome {
    Done(LinkResult),
    Failed(LinkErrorKind),
}

/// One look-up, without its value.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LookupLine<'a> {
    lookup: &'a LookupName,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<LookupError>,
    #[serde(skip_serializing_if = "Not::not")]
    shared: bool,
    microseconds: u128,
}

/// The properties of a decision that only the caller knows.
pub(crate) struct RequestInfo<'a> {
    pub(crate) lookups: &'a [LookupReport<'a>],
    pub(crate) link: Option<LinkOutcome>,
    pub(crate) request_id: &'a str,
    pub(crate) user_name_hash: Option<String>,
    /// The digest of `bundle.json`, if there is one.
    pub(crate) bundle: Option<Digest>,
    pub(crate) cold_start: bool,
    pub(crate) time: Duration,
}

/// The outcome of a sign-up without the message for the person signing up.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OutcomeLine<'a> {
    answer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    denied_by: Option<&'a PolicyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grounds: Option<Grounds>,
}

/// The opinion and the cost of one policy.
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
    /// The number of log entries that were truncated or dropped because of limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    dropped_notes: Option<NonZeroU64>,
    microseconds: u128,
}

/// An opinion without text that the policy chose, except the code of a denial.
#[derive(Serialize)]
#[serde(tag = "opinion", rename_all = "kebab-case")]
enum OpinionLine<'a> {
    Allow {
        votes: &'a [VoteRecord],
        #[serde(skip_serializing_if = "Option::is_none")]
        link: Option<&'a LinkVoteRecord>,
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
        /// Absent if the message is the policy's own, which is logged as a `note`.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        #[serde(flatten)]
        counted: Counted,
    },
}

/// The outcome of the sign-up if the policy were enforced.
#[derive(Serialize)]
struct AlternativeLine<'a> {
    #[serde(flatten)]
    outcome: OutcomeLine<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flags: Option<Flags>,
    #[serde(skip_serializing_if = "Not::not")]
    link: bool,
    differs: bool,
}

/// The log line with an event for `admit replay`.
#[derive(Serialize)]
#[serde(tag = "type", rename = "stored-event", rename_all = "camelCase")]
struct StoredEvent<'a> {
    timestamp: String,
    level: &'static str,
    request_id: &'a str,
    bytes: usize,
    /// The unchanged text of the event; `None` if it is too large.
    event: Option<&'a str>,
    /// The results of the look-ups, with which the decision can be made again.
    #[serde(skip_serializing_if = "Option::is_none")]
    facts: Option<&'a Facts>,
}

/// The priority of a policy's entry in a record that has no room for all of them.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Priority {
    /// The policy denied the sign-up.
    Denied,
    /// The policy is another one that denied or failed, or would have changed the outcome.
    Objects,
    Votes,
    Abstains,
}

/// The level of every line of the record, which reports an event and not a problem.
pub(crate) const LEVEL: &str = "INFO";

impl<'a> DecisionLine<'a> {
    pub(crate) fn new(
        event: &'a Event<'_>,
        trace: &'a DecisionTrace,
        info: RequestInfo<'a>,
    ) -> DecisionLine<'a> {
        let DecisionTrace { decision, evaluations, not_asked } = trace;
        let RequestInfo { lookups, link, request_id, user_name_hash, bundle, cold_start, time } =
            info;
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
            link: decision
                .link_votes
                .as_ref()
                .map(|votes| LinkLine { votes: FlagLine::new(votes), outcome: link }),
            lookups: lookups.iter().map(LookupLine::from).collect(),
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
    /// Serializes the line. If it would be too long, all but the first names of voters are left
    /// out, and then the policies with the lowest priority.
    pub(crate) fn into_text(mut self) -> Option<Vec<u8>> {
        let whole = log::text(&self);
        if whole.is_some() {
            return whole;
        }
        let flags: usize = Flag::ALL.into_iter().map(|flag| self.flags[flag].keep(MAX_NAMES)).sum();
        let link = self.link.as_mut().map_or(0, |link| link.votes.keep(MAX_NAMES));
        let names = Some(flags + link);
        let mut policies: Vec<_> = mem::take(&mut self.policies).into_iter().enumerate().collect();
        // Reserves the maximum number of digits.
        self.cut = Some(Cut { policies: policies.len(), names });
        let room = MAX - log::text(&self)?.len();
        policies.sort_by_key(|(index, policy)| (policy.priority(&self.outcome), *index));
        let fit = log::fitting(policies.iter().map(|(_, policy)| policy), room);
        self.cut = Some(Cut { policies: policies.len() - fit, names });
        policies.truncate(fit);
        policies.sort_by_key(|(index, _)| *index);
        self.policies = policies.into_iter().map(|(_, policy)| policy).collect();
        log::text(&self)
    }
}

impl PolicyLine<'_> {
    fn priority(&self, outcome: &OutcomeLine<'_>) -> Priority {
        let differs = self.if_enforced.as_ref().is_some_and(|alternative| alternative.differs);
        match &self.opinion {
            _ if outcome.denied_by == Some(self.policy) => Priority::Denied,
            OpinionLine::Deny { .. } | OpinionLine::Failure { .. } => Priority::Objects,
            OpinionLine::Allow { .. } if differs => Priority::Objects,
            OpinionLine::Allow { votes: [], link: None } => Priority::Abstains,
            OpinionLine::Allow { .. } => Priority::Votes,
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
    fn keep(&mut self, max: usize) -> usize {
        let mut left_out = 0;
        for names in [&mut self.granted_by, &mut self.withheld_by] {
            let kept = names.len().min(max);
            left_out += names.len() - kept;
            *names = &names[..kept];
        }
        left_out
    }
}

impl<'a> From<&'a LookupReport<'a>> for LookupLine<'a> {
    fn from(report: &'a LookupReport<'a>) -> LookupLine<'a> {
        LookupLine {
            lookup: report.name,
            error: report.error,
            shared: report.is_shared,
            microseconds: report.time.as_micros(),
        }
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
            Opinion::Allow { votes, link } => OpinionLine::Allow { votes, link: link.as_ref() },
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
            flags: match &alternative.answer {
                Answer::Admit(admission) => Some(admission.flags),
                Answer::Deny(_) => None,
            },
            link: matches!(&alternative.answer, Answer::Admit(Admission { link: Some(_), .. })),
            differs: alternative.differs,
        }
    }
}

/// Writes an event and its facts, or a line without them if it is too large.
pub(crate) fn write_event(request_id: &str, text: &str, facts: &Facts) {
    let (timestamp, bytes) = (timestamp::now(), text.len());
    let facts = Some(facts).filter(|facts| !facts.is_empty());
    let line = StoredEvent { timestamp, level: LEVEL, request_id, bytes, event: Some(text), facts };
    match log::text(&line) {
        Some(whole) => log::write_text(Some(&whole)),
        None => log::write(&StoredEvent { event: None, facts: None, ..line }),
    }
}
