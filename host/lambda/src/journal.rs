//! What goes to standard output: one JSON object a line. The host writes no value of the
//! person signing up; the notes of a policy, and the code of its denial, are the policy's
//! own words.

use admit_cognito::{Event, identifiers};
use admit_core::{
    Answer, Counted, Failure, FailureKind, Flags, Grounds, Opinion, Phase, PolicyId, Size,
    VoteRecord,
};
use admit_engine::{Deliberation, Digest, Evaluation, Level};
use serde::Serialize;
use std::io::{Write, stdout};
use std::panic;
use std::time::Duration;

/// One decision.
#[derive(Serialize)]
#[serde(tag = "type", rename = "decision", rename_all = "camelCase")]
pub(crate) struct DecisionLine<'a> {
    request_id: &'a str,
    trigger_source: Option<&'a str>,
    user_pool_id: Option<&'a str>,
    client_id: Option<&'a str>,
    answer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    denied_by: Option<&'a PolicyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grounds: Option<Grounds>,
    flags: Flags,
    /// Cognito sets no flag for a user whom an administrator creates.
    flags_are_ignored: bool,
    policies: Vec<PolicyLine<'a>>,
    not_asked: &'a [PolicyId],
    microseconds: u128,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PolicyLine<'a> {
    policy: &'a PolicyId,
    #[serde(flatten)]
    opinion: OpinionLine<'a>,
    fuel: Option<u64>,
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

/// A note of a policy. The words are the policy's own, whatever they claim.
#[derive(Serialize)]
#[serde(tag = "type", rename = "note", rename_all = "camelCase")]
struct NoteLine<'a> {
    request_id: &'a str,
    policy: &'a PolicyId,
    level: Level,
    message: &'a str,
}

/// The function is ready to decide, with this bundle.
#[derive(Serialize)]
#[serde(tag = "type", rename = "started", rename_all = "camelCase")]
pub(crate) struct Started<'a> {
    /// The digest of `bundle.json`, which holds the digests of all else.
    pub(crate) bundle: Digest,
    pub(crate) version: &'static str,
    pub(crate) policies: Vec<&'a PolicyId>,
    /// How many requests are decided at once.
    pub(crate) concurrency: u32,
}

/// A policy that will fail whenever it is asked.
#[derive(Serialize)]
#[serde(tag = "type", rename = "not-loaded")]
pub(crate) struct Unloaded<'a> {
    pub(crate) policy: &'a PolicyId,
    pub(crate) reason: &'a str,
}

/// The function may be ended for its memory, with every sign-up that it is deciding.
#[derive(Serialize)]
#[serde(tag = "type", rename = "little-memory")]
pub(crate) struct LittleMemory {
    /// What the policies may take together, with what the function itself does.
    pub(crate) needs: Size,
    pub(crate) has: Size,
}

/// Something that is no event.
#[derive(Serialize)]
#[serde(tag = "type", rename = "invalid-event", rename_all = "camelCase")]
pub(crate) struct InvalidEvent<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) error: &'a str,
}

/// Why this function cannot start, or cannot go on.
#[derive(Serialize)]
#[serde(tag = "type", rename = "error")]
pub(crate) struct Error<'a> {
    pub(crate) error: &'a str,
}

/// A panic, by its place alone: its text may hold anything.
#[derive(Serialize)]
#[serde(tag = "type", rename = "panic")]
struct Panic<'a> {
    file: &'a str,
    line: u32,
}

impl<'a> DecisionLine<'a> {
    pub(crate) fn new(
        request_id: &'a str,
        event: &'a Event<'_>,
        deliberation: &'a Deliberation,
        time: Duration,
    ) -> DecisionLine<'a> {
        let Deliberation { decision, evaluations, not_asked } = deliberation;
        let sign_up = event.sign_up();
        let (answer, refusal, flags) = match &decision.answer {
            Answer::Admit(flags) => ("admit", None, *flags),
            Answer::Deny(refusal) => ("deny", Some(refusal), Flags::default()),
        };
        let policies = decision.policies.iter().zip(evaluations).map(|(record, evaluation)| {
            let Evaluation { fuel, time, .. } = evaluation;
            PolicyLine {
                policy: &record.policy,
                opinion: OpinionLine::from(&record.opinion),
                fuel: *fuel,
                microseconds: time.as_micros(),
            }
        });
        DecisionLine {
            request_id,
            trigger_source: identifiers::trigger(&sign_up.trigger_source),
            user_pool_id: identifiers::user_pool(&sign_up.user_pool_id),
            client_id: identifiers::client(&sign_up.client_id),
            answer,
            denied_by: refusal.map(|refusal| &refusal.policy),
            grounds: refusal.map(|refusal| refusal.grounds),
            flags,
            flags_are_ignored: event.flags_are_ignored(),
            policies: policies.collect(),
            not_asked,
            microseconds: time.as_micros(),
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

/// Writes one line.
pub(crate) fn write(line: &impl Serialize) {
    if let Ok(mut text) = serde_json::to_vec(line) {
        text.push(b'\n');
        // Where the log cannot be written, the decision still can.
        let _ = stdout().lock().write_all(&text);
    }
}

/// Writes what the policies wrote, and why those failed that said so themselves.
pub(crate) fn write_notes(request_id: &str, deliberation: &Deliberation) {
    let Deliberation { decision, evaluations, .. } = deliberation;
    for (record, evaluation) in decision.policies.iter().zip(evaluations) {
        let policy = &record.policy;
        for note in &evaluation.notes.kept {
            write(&NoteLine { request_id, policy, level: note.level, message: &note.message });
        }
        if let Err(Failure::SettingsRefused(message) | Failure::Undecided(message)) =
            &evaluation.answer
            && !message.is_empty()
        {
            write(&NoteLine { request_id, policy, level: Level::Error, message });
        }
    }
}

/// Keeps the text of a panic out of the log, which may hold values of a sign-up.
pub(crate) fn silence_panics() {
    panic::set_hook(Box::new(|panic| {
        if let Some(place) = panic.location() {
            write(&Panic { file: place.file(), line: place.line() });
        }
    }));
}
