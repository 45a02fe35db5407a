//! What the function says of itself, through `tracing`: JSON lines with a level.
//!
//! The lines are made here and nowhere else, so that one look shows that no value of the
//! person signing up is in them.

use crate::log::{self, Lines};
use crate::record;
use admit_core::{Failure, Policy, PolicyId, Size};
use admit_engine::{Evaluation, Level};
use serde::Serialize;
use std::io;
use std::panic;
use std::time::Duration;
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber, debug, error, info, warn};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::{Layer, fmt, registry};

/// Starts the log of this process, once.
///
/// Other crates' lines are kept out: their text may hold anything. So is that of a panic, of
/// which the place alone is told.
pub(crate) fn start(level: LevelFilter) {
    let ours = Targets::new().with_target(env!("CARGO_CRATE_NAME"), level);
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_writer(|| Lines)
        .with_filter(ours);
    let errors = level.min(LevelFilter::ERROR);
    // Of its other parts a denial is an error too.
    let failing = Targets::new().with_target("lambda_runtime::runtime", errors);
    let theirs = RuntimeErrors.with_filter(failing);
    // Where there is one already, it is this one.
    let _ = tracing::subscriber::set_global_default(registry().with(lines).with(theirs));
    panic::set_hook(Box::new(|panic| {
        if let Some(place) = panic.location() {
            error!("type" = "panic", file = place.file(), line = place.line());
        }
    }));
}

/// Tells that the runtime library failed, and where: its own words may be those of whoever
/// invoked the function.
struct RuntimeErrors;

impl<S: Subscriber> Layer<S> for RuntimeErrors {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        log::write(&RuntimeError {
            timestamp: record::now(),
            level: "ERROR",
            error: "the runtime library could not read or answer a request",
            file: metadata.file().and_then(|file| file.rsplit('/').next()),
            line: metadata.line(),
        });
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename = "runtime-error")]
struct RuntimeError {
    timestamp: String,
    level: &'static str,
    error: &'static str,
    file: Option<&'static str>,
    line: Option<u32>,
}

/// Lines that could not be written: in the log, how many there were; on standard error, that it
/// begins, and why.
#[derive(Serialize)]
#[serde(tag = "type", rename = "lost-lines")]
pub(crate) struct LostLines {
    timestamp: String,
    level: &'static str,
    lines: u64,
    /// Those of them that are records of decisions.
    decisions: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl LostLines {
    pub(crate) fn now(lines: u64, decisions: u64, error: Option<&io::Error>) -> LostLines {
        let error = error.map(io::Error::to_string);
        LostLines { timestamp: record::now(), level: "ERROR", lines, decisions, error }
    }
}

/// Says why this process cannot start, or cannot go on.
pub fn say_error(reason: &str) {
    let (error, cut) = log::cut(reason);
    error!("type" = "error", error, cut);
}

/// A variable of the environment with a value that it cannot have; the value may be a secret.
pub(crate) fn say_ignored(variable: &str, expected: &str) {
    warn!("type" = "ignored-variable", variable, expected);
}

/// A policy that will fail whenever it is asked.
pub(crate) fn say_not_loaded(policy: &Policy, failure: &Failure) {
    error!("type" = "not-loaded", policy = policy.id.as_str(), reason = %failure);
}

/// A policy that will fail whenever it is asked, since it fails before.
///
/// What words it has for that are in a line of their own, which says that they are the policy's.
pub(crate) fn say_not_configured(policy: &Policy, failure: &Failure) {
    let policy = policy.id.as_str();
    let (reason, words) = match failure {
        Failure::SettingsRefused(words) => {
            (Failure::SettingsRefused(String::new()).to_string(), words.as_str())
        }
        failure => (failure.to_string(), ""),
    };
    error!("type" = "not-configured", policy, reason);
    if !words.is_empty() {
        error!("type" = "note", policy, message = words);
    }
}

/// Policies that keep to their limits could exhaust the function's memory, and Lambda would
/// end it with every sign-up that it is deciding.
pub(crate) fn say_little_memory(needs: Size, has: Size) {
    warn!("type" = "little-memory", %needs, %has);
}

/// Something that is no event.
pub(crate) fn say_invalid_event(request_id: &str, reason: &str) {
    warn!("type" = "invalid-event", requestId = request_id, error = reason);
}

/// An event about to be decided.
pub(crate) fn say_event(request_id: &str, bytes: usize, left: Duration) {
    let left = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
    debug!("type" = "event", requestId = request_id, bytes, millisecondsLeft = left);
}

/// One policy that was asked: what it wrote, and why it failed if it said so itself. The words
/// are the policy's own, whatever they claim.
pub(crate) fn say_evaluated(request_id: &str, policy: &PolicyId, evaluation: &Evaluation) {
    let Evaluation { answer, notes, fuel, memory, time, .. } = evaluation;
    let policy = policy.as_str();
    for note in &notes.kept {
        let (message, cut) = log::cut(&note.message);
        match note.level {
            Level::Debug => debug!("type" = "note", requestId = request_id, policy, cut, message),
            Level::Info => info!("type" = "note", requestId = request_id, policy, cut, message),
            Level::Warn => warn!("type" = "note", requestId = request_id, policy, cut, message),
            Level::Error => error!("type" = "note", requestId = request_id, policy, cut, message),
        }
    }
    if let Err(Failure::SettingsRefused(words) | Failure::Undecided(words)) = answer
        && !words.is_empty()
    {
        error!("type" = "note", requestId = request_id, policy, message = words.as_str());
    }
    let microseconds = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    debug!("type" = "evaluated", requestId = request_id, policy, fuel, %memory, microseconds);
}
