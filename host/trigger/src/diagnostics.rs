//! The log lines about the function itself, written through `tracing` as JSON with a level.
//!
//! All such lines are created in this file, so that it is easy to verify that they do not contain
//! values of the person signing up.

use crate::log::{self, Lines};
use crate::lookups::LookupReport;
use crate::services::LinkError;
use crate::timestamp;
use admit_core::{Failure, LookupError, Policy, PolicyId, Size};
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

/// Starts the log of this process. Later calls have no effect on it.
///
/// Lines of other crates are filtered out, since their text may contain anything. For the same
/// reason only the place of a panic is logged, not its message.
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
    // Other targets of the library also log a denial as an error. An undelivered answer is always
    // logged, since it belongs to the record.
    let failing =
        Targets::new().with_target(RUNTIME, errors).with_target(ANSWERS, LevelFilter::ERROR);
    let theirs = RuntimeErrors.with_filter(failing);
    // An existing subscriber is one from an earlier call.
    let _ = tracing::subscriber::set_global_default(registry().with(lines).with(theirs));
    panic::set_hook(Box::new(|panic| {
        if let Some(place) = panic.location() {
            error!("type" = "panic", file = without_folders(place.file()), line = place.line());
        }
    }));
}

/// Removes the folders of the build machine from a path of a library. A path of this repository is
/// relative and stays unchanged.
fn without_folders(file: &str) -> &str {
    if !file.starts_with('/') {
        return file;
    }
    let package = file.rfind("/src/").and_then(|source| file[..source].rfind('/'));
    let start = package.or_else(|| file.rfind('/'));
    start.map_or(file, |start| &file[start + 1..])
}

/// The modules of the runtime library that read requests and that send answers.
const RUNTIME: &str = "lambda_runtime::runtime";
const ANSWERS: &str = "lambda_runtime::layers::api_client";

thread_local! {
    /// The id of the request that this thread processes.
    static REQUEST: RefCell<Option<Arc<str>>> = const { RefCell::new(None) };
}

/// Runs a function such that errors of the runtime library meanwhile are attributed to a request.
pub fn with_request<T>(request_id: &Arc<str>, run: impl FnOnce() -> T) -> T {
    REQUEST.set(Some(Arc::clone(request_id)));
    let result = run();
    REQUEST.set(None);
    result
}

/// A layer that logs errors of the runtime library and undelivered answers, without their messages,
/// which may contain text from the caller of the function.
struct RuntimeErrors;

impl<S: Subscriber> Layer<S> for RuntimeErrors {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        if metadata.target() == ANSWERS {
            let mut failure = DeliveryFailure::default();
            event.record(&mut failure);
            if let Some(request_id) = REQUEST.take().filter(|_| failure.is_one) {
                let DeliveryFailure { status, .. } = failure;
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

/// The fields of an event of the library about an answer that was not delivered.
#[derive(Default)]
struct DeliveryFailure {
    is_one: bool,
    status: Option<u16>,
}

impl Visit for DeliveryFailure {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            // A value such as `413 Payload Too Large`.
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

/// The log line about an answer that Lambda did not accept.
#[derive(Serialize)]
#[serde(tag = "type", rename = "undelivered", rename_all = "camelCase")]
struct Undelivered<'a> {
    timestamp: String,
    level: &'static str,
    request_id: &'a str,
    /// The status; `None` if there was no connection.
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

/// Logs the reason why this process cannot start or continue.
pub fn log_error(reason: &str) {
    let (error, cut) = log::cut(reason);
    error!("type" = "error", error, cut);
}

/// Logs an environment variable that is unknown or has an invalid value. The value is not logged,
/// since it may be a secret.
pub(crate) fn log_ignored(variable: &str, expected: &str) {
    warn!("type" = "ignored-variable", variable, expected);
}

/// Logs a policy that always fails, since its component cannot be loaded.
pub(crate) fn log_not_loaded(policy: &Policy, failure: &Failure) {
    error!("type" = "not-loaded", policy = policy.id.as_str(), reason = %failure);
}

/// Logs a policy that always fails before `evaluate`.
///
/// The policy's own message is on a separate line of type `note`, which attributes it to the
/// policy.
pub(crate) fn log_not_configured(policy: &Policy, failure: &Failure) {
    let policy = policy.id.as_str();
    let (reason, message) = match failure {
        Failure::SettingsRefused(message) => {
            (Failure::SettingsRefused(String::new()).to_string(), message.as_str())
        }
        failure => (failure.to_string(), ""),
    };
    error!("type" = "not-configured", policy, reason);
    if !message.is_empty() {
        error!("type" = "note", policy, message);
    }
}

/// Logs that policies within their limits could exhaust the function's memory, in which case Lambda
/// kills the function with all sign-ups in progress.
pub(crate) fn log_little_memory(needs: Size, has: Size) {
    warn!("type" = "little-memory", %needs, %has);
}

/// Logs an invalid event.
pub(crate) fn log_invalid_event(request_id: &str, reason: &str) {
    warn!("type" = "invalid-event", requestId = request_id, error = reason);
}

/// Logs an event that is about to be decided.
pub(crate) fn log_event(request_id: &str, bytes: usize, left: Duration) {
    let left = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
    debug!("type" = "event", requestId = request_id, bytes, millisecondsLeft = left);
}

/// Logs a look-up that failed, and at the level `debug` any other.
pub(crate) fn log_lookup(request_id: &str, report: &LookupReport<'_>) {
    let lookup = report.name.as_str();
    let microseconds = u64::try_from(report.time.as_micros()).unwrap_or(u64::MAX);
    match &report.error {
        Some(error) if *error != LookupError::KeyAbsent => {
            let reason = report.reason.as_deref();
            warn!("type" = "lookup-failed", requestId = request_id, lookup, %error, reason, microseconds);
        }
        _ => debug!("type" = "lookup", requestId = request_id, lookup, microseconds),
    }
}

/// Logs a link that was decided and could not be made, so that the sign-up was denied.
pub(crate) fn log_link_failed(request_id: &str, error: &LinkError) {
    let LinkError { kind, reason } = error;
    error!("type" = "link-failed", requestId = request_id, %kind, reason = reason.as_str());
}

/// Logs the evaluation of a policy, with its log entries and its own error message. Their text is
/// untrusted.
pub(crate) fn log_evaluated(request_id: &str, policy: &PolicyId, evaluation: &Evaluation) {
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
    if let Err(Failure::SettingsRefused(message) | Failure::Undecided(message)) = answer
        && !message.is_empty()
    {
        error!("type" = "note", requestId = request_id, policy, message = message.as_str());
    }
    let microseconds = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    debug!("type" = "evaluated", requestId = request_id, policy, fuel, %memory, microseconds);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_panic_has_no_folders_of_the_build_machine() {
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
