//! What the function says of itself, through `tracing`: JSON lines with a level.
//!
//! The lines are made here and nowhere else, so that one look shows that no value of the
//! person signing up is in them.

use crate::log::{self, Lines};
use crate::timestamp;
use admit_core::{Failure, Policy, PolicyId, Size};
use admit_engine::{Evaluation, Level};
use serde::Serialize;
use std::cell::RefCell;
use std::fmt::Debug;
use std::panic;
use std::sync::Arc;
use std::time::Duration;
use tracing::field::{Field, Visit};
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
    // That an answer did not arrive belongs to the record.
    let failing =
        Targets::new().with_target(RUNTIME, errors).with_target(ANSWERS, LevelFilter::ERROR);
    let theirs = RuntimeErrors.with_filter(failing);
    // Where there is one already, it is this one.
    let _ = tracing::subscriber::set_global_default(registry().with(lines).with(theirs));
    panic::set_hook(Box::new(|panic| {
        if let Some(place) = panic.location() {
            error!("type" = "panic", file = without_folders(place.file()), line = place.line());
        }
    }));
}

/// A file of a library without the folders that it was built in; one of this repository as it is.
fn without_folders(file: &str) -> &str {
    if !file.starts_with('/') {
        return file;
    }
    let package = file.rfind("/src/").and_then(|source| file[..source].rfind('/'));
    let start = package.or_else(|| file.rfind('/'));
    start.map_or(file, |start| &file[start + 1..])
}

/// The parts of the runtime library that read requests, and that hand over answers.
const RUNTIME: &str = "lambda_runtime::runtime";
const ANSWERS: &str = "lambda_runtime::layers::api_client";

thread_local! {
    /// The request that this thread is at.
    static REQUEST: RefCell<Option<Arc<str>>> = const { RefCell::new(None) };
}

/// Goes on with a request, such that what the runtime library says meanwhile is about it.
pub fn on_behalf_of<T>(request_id: &Arc<str>, go_on: impl FnOnce() -> T) -> T {
    REQUEST.set(Some(Arc::clone(request_id)));
    let done = go_on();
    REQUEST.set(None);
    done
}

/// Tells that the runtime library failed, and where, or that Lambda did not take an answer: its
/// own words may be those of whoever invoked the function.
struct RuntimeErrors;

impl<S: Subscriber> Layer<S> for RuntimeErrors {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        if metadata.target() == ANSWERS {
            let mut said = Refusal::default();
            event.record(&mut said);
            if let Some(request_id) = REQUEST.take().filter(|_| said.is_one) {
                let Refusal { status, .. } = said;
                let (timestamp, level) = (timestamp::now(), "ERROR");
                log::write(&Undelivered { timestamp, level, request_id: &request_id, status });
            }
            return;
        }
        log::write(&RuntimeError {
            timestamp: timestamp::now(),
            level: "ERROR",
            error: "the runtime library could not read or answer a request",
            file: metadata.file().and_then(|file| file.rsplit('/').next()),
            line: metadata.line(),
        });
    }
}

/// What the library says of an answer that did not arrive.
#[derive(Default)]
struct Refusal {
    is_one: bool,
    status: Option<u16>,
}

impl Visit for Refusal {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            // Such as `413 Payload Too Large`.
            "status" => {
                let status = format!("{value:?}");
                self.status = status.split(' ').next().and_then(|status| status.parse().ok());
                self.is_one = true;
            }
            "error" => self.is_one = true,
            _ => {}
        }
    }
}

/// An answer that Lambda did not take.
#[derive(Serialize)]
#[serde(tag = "type", rename = "undelivered", rename_all = "camelCase")]
struct Undelivered<'a> {
    timestamp: String,
    level: &'static str,
    request_id: &'a str,
    /// None where there was no connection.
    status: Option<u16>,
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

/// Says why this process cannot start, or cannot go on.
pub fn say_error(reason: &str) {
    let (error, cut) = log::cut(reason);
    error!("type" = "error", error, cut);
}

/// A variable of the environment with a value that it cannot have, or that there is none of; the
/// value may be a secret.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_names_no_folder_of_the_machine_that_built_it() {
        for (file, named) in [
            ("host/trigger/src/log.rs", "host/trigger/src/log.rs"),
            (
                "/home/mary/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/http-1.4.0/src/uri/mod.rs",
                "http-1.4.0/src/uri/mod.rs",
            ),
            ("/rustc/59807616e1fa2540724b/library/core/src/option.rs", "core/src/option.rs"),
            ("/src/main.rs", "main.rs"),
            ("/home/mary/generated.rs", "generated.rs"),
        ] {
            assert_eq!(without_folders(file), named);
        }
    }
}
