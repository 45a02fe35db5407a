//! The record: one JSON line for the start, and one for each decision, whose members are those
//! of `schemas/decision.schema.json`. Where the operator asks for it there is one for an event as
//! well, whose members are those of `schemas/stored-event.schema.json`.

use admit_cognito::{Event, identifiers};
use admit_core::{
    Alternative, Answer, Counted, Failure, FailureKind, FlagRecords, Flags, Grounds, Mode, Opinion,
    Phase, Policy, PolicyId, PolicyRecord, Refusal, Size, VoteRecord,
};
use admit_engine::{Deliberation, Digest, Evaluation};
use serde::Serialize;
use std::io::{Write, stdout};
use std::num::NonZeroU64;
use std::ops::Not;
use std::time::Duration;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};

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
    nobody_applies: bool,
    flags: &'a FlagRecords,
    /// Cognito sets no flag for a user whom an administrator creates.
    flags_are_ignored: bool,
    policies: Vec<PolicyLine<'a>>,
    /// How many policies were not asked: with tenants by the thousand their names would be most
    /// of the log.
    not_asked: usize,
    cold_start: bool,
    microseconds: u128,
}

/// What only the caller knows of a decision.
pub(crate) struct Circumstances<'a> {
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

/// The trigger is ready to decide.
#[derive(Serialize)]
#[serde(tag = "type", rename = "started", rename_all = "camelCase")]
pub(crate) struct Started<'a> {
    pub(crate) timestamp: String,
    pub(crate) level: &'static str,
    /// The digest of `bundle.json`, which holds the digests of all else.
    pub(crate) bundle: Option<Digest>,
    pub(crate) version: &'static str,
    /// What bundles it can load.
    pub(crate) loads: &'static str,
    pub(crate) policies: Vec<StartedPolicy<'a>>,
    /// How many requests are decided at once.
    pub(crate) concurrency: u32,
}

/// A policy that will be asked.
#[derive(Serialize)]
pub(crate) struct StartedPolicy<'a> {
    pub(crate) policy: &'a PolicyId,
    pub(crate) component: Option<Digest>,
    pub(crate) mode: Mode,
}

impl<'a> From<(&'a Policy, Option<Digest>)> for StartedPolicy<'a> {
    fn from((policy, component): (&'a Policy, Option<Digest>)) -> StartedPolicy<'a> {
        StartedPolicy { policy: &policy.id, component, mode: policy.terms.mode }
    }
}

/// The level of every line of the record: it says what happened, not that something is wrong.
pub(crate) const LEVEL: &str = "INFO";

impl<'a> DecisionLine<'a> {
    pub(crate) fn new(
        event: &'a Event<'_>,
        deliberation: &'a Deliberation,
        circumstances: Circumstances<'a>,
    ) -> DecisionLine<'a> {
        let Deliberation { decision, evaluations, not_asked } = deliberation;
        let Circumstances { request_id, user_name_hash, bundle, cold_start, time } = circumstances;
        let sign_up = event.sign_up();
        let policies = decision.policies.iter().zip(evaluations).map(PolicyLine::from);
        DecisionLine {
            timestamp: now(),
            level: LEVEL,
            request_id,
            trigger_source: identifiers::trigger(&sign_up.trigger_source),
            user_pool_id: identifiers::user_pool(&sign_up.user_pool_id),
            client_id: identifiers::client(&sign_up.client_id),
            user_name_hash,
            bundle,
            outcome: OutcomeLine::from(&decision.answer),
            nobody_applies: decision.nobody_applies,
            flags: &decision.flags,
            flags_are_ignored: event.flags_are_ignored(),
            policies: policies.collect(),
            not_asked: *not_asked,
            cold_start,
            microseconds: time.as_micros(),
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

/// The largest line with an event, in bytes. A longer one might be cut on its way.
const MOST_STORED: usize = 256 << 10;

/// Writes an event, or says that it is too large to be written.
pub(crate) fn write_event(request_id: &str, text: &str) {
    let (timestamp, bytes) = (now(), text.len());
    let line = StoredEvent { timestamp, level: LEVEL, request_id, bytes, event: Some(text) };
    match serde_json::to_vec(&line) {
        Ok(whole) if whole.len() < MOST_STORED => write_line(whole),
        _ => write(&StoredEvent { event: None, ..line }),
    }
}

/// The time of a line, as RFC 3339 writes it, in UTC.
pub(crate) fn now() -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = SystemTime.format_time(&mut Writer::new(&mut text));
    text
}

/// Writes one line.
pub(crate) fn write(line: &impl Serialize) {
    let mut text = Vec::with_capacity(USUAL);
    if serde_json::to_writer(&mut text, line).is_ok() {
        write_line(text);
    }
}

/// The bytes that a line of a few policies has; a longer one makes room for itself.
const USUAL: usize = 2 << 10;

fn write_line(mut text: Vec<u8>) {
    text.push(b'\n');
    let mut out = stdout().lock();
    // Where the log cannot be written, the decision still can; and what was cut is not to
    // run on into the next line.
    if out.write_all(&text).is_err() {
        let _ = out.write_all(b"\n");
    }
}
