//! Answers events, and writes the record of each decision.

use crate::diagnostics;
use crate::log;
use crate::record::{self, DecisionLine, RequestInfo};
use crate::started::{Started, StartedPolicy};
use crate::telemetry::Telemetry;
use crate::timestamp;
use crate::write_timeout;
use admit_cognito::{Event, FunctionError, Reply};
use admit_core::{Record, Size};
use admit_engine::{Digest, PolicySet, bundle::HOST};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Answers the events of a user pool by a policy set.
pub struct Trigger {
    policies: PolicySet,
    bundle: Option<Digest>,
    telemetry: Arc<Telemetry>,
    /// Whether no sign-up is answered but with its record in the log.
    needs_record: bool,
    /// Whether nothing has been decided yet.
    is_cold: AtomicBool,
}

/// One event to be answered.
pub struct Request<'a> {
    /// Its id, by which the platform calls it.
    pub id: &'a str,
    /// The event as it came; `None` stands for one that is too large.
    pub event: Option<&'a [u8]>,
    /// How long there is time for the decision.
    pub left: Duration,
}

/// How long trying out what cannot be asked may take; Lambda gives ten seconds for a start, and
/// Cognito five to all of it.
const INIT: Duration = Duration::from_millis(500);

/// What the trigger takes without any policy running.
const BASE: Size = Size::from_mib(32);

/// Of that, what policies leave behind for their next sign-up, of some ten of them.
const KEPT: Size = Size::from_mib(16);

/// What one request takes besides its policies: an event of the largest size, as it is read.
const REQUEST: Size = Size::from_mib(16);

impl Trigger {
    /// Puts a policy set, and the digest of the bundle that it comes from, behind a trigger,
    /// and says what decides from now on and which policies cannot be asked.
    pub fn new(
        policies: PolicySet,
        bundle: Option<Digest>,
        concurrency: u32,
        telemetry: impl Into<Arc<Telemetry>>,
    ) -> Trigger {
        let telemetry = telemetry.into();
        let needs_record = policies.record() == Record::Required;
        if needs_record && !telemetry.record {
            telemetry.say_that_records_are_required();
        }
        if telemetry.record || needs_record {
            let started = Started {
                timestamp: timestamp::now(),
                level: record::LEVEL,
                bundle,
                policy_set: policies.digest(),
                version: env!("CARGO_PKG_VERSION"),
                loads: HOST,
                policies: policies.policies().map(StartedPolicy::from).collect(),
                cut: None,
                concurrency,
            };
            log::write_text(started.into_text().as_deref());
        }
        for (policy, failure) in policies.unloaded() {
            diagnostics::say_not_loaded(policy, &failure);
        }
        for (policy, failure) in policies.misconfigured(INIT) {
            diagnostics::say_not_configured(policy, &failure);
        }
        let is_cold = AtomicBool::new(true);
        Trigger { policies, bundle, telemetry, needs_record, is_cold }
    }

    /// Says in the log when policies that keep to their limits could exhaust this memory,
    /// with so many requests at once.
    pub fn warn_of_little_memory(&self, has: Size, concurrency: u32) {
        let each = self.policies.largest_memory().bytes().saturating_add(REQUEST.bytes());
        let all = each.saturating_mul(u64::from(concurrency));
        let kept = self.policies.kept_memory().bytes().saturating_sub(KEPT.bytes());
        let needs = Size::from_bytes(all.saturating_add(BASE.bytes()).saturating_add(kept));
        if needs > has {
            diagnostics::say_little_memory(needs, has);
        }
    }

    /// Answers one event: with the event and its flags, or with the error that denies.
    ///
    /// It always answers, and nothing in an error but a denial's message is of anybody's
    /// choosing.
    pub fn answer(&self, request: &Request<'_>) -> Result<String, FunctionError> {
        // Whoever calls would answer a panic with its text.
        let decide = AssertUnwindSafe(|| self.decide(request));
        catch_unwind(decide).unwrap_or_else(|_| Err(FunctionError::host_failure()))
    }

    fn decide(&self, request: &Request<'_>) -> Result<String, FunctionError> {
        let started = Instant::now();
        write_timeout::renew();
        let request_id = request.id;
        let event = match request.event {
            Some(text) => Event::parse(text).map_err(|error| error.to_string()),
            None => Err(format!("the event is larger than {} KiB", Event::MAX_BYTES >> 10)),
        };
        let event = event.map_err(|error| {
            diagnostics::say_invalid_event(request_id, &error);
            FunctionError::invalid_event()
        })?;
        let cold_start = self.is_cold.swap(false, Relaxed);
        diagnostics::say_event(request_id, request.event.map_or(0, <[u8]>::len), request.left);
        let deliberation = self.policies.decide(event.sign_up(), request.left);
        let time = started.elapsed();
        for (record, evaluation) in
            deliberation.decision.policies.iter().zip(&deliberation.evaluations)
        {
            diagnostics::say_evaluated(request_id, &record.policy, evaluation);
        }
        let Telemetry { record, metrics, pseudonyms, stored_events } = &*self.telemetry;
        if stored_events.include(request_id, &deliberation.decision.answer)
            && let Some(text) = request.event.and_then(|event| str::from_utf8(event).ok())
        {
            record::write_event(request_id, text);
        }
        if *record || self.needs_record {
            let names = pseudonyms.as_ref();
            let circumstances = RequestInfo {
                request_id,
                user_name_hash: names.and_then(|names| names.of(&event.sign_up().user_name)),
                bundle: self.bundle,
                cold_start,
                time,
            };
            let line = DecisionLine::new(&event, &deliberation, circumstances);
            let is_written = log::write_decision(line.into_text().as_deref(), self.needs_record);
            if self.needs_record && !(is_written && log::is_kept()) {
                return Err(FunctionError::record_failure());
            }
        }
        if let Some(metrics) = metrics {
            metrics.write(request_id, &deliberation, time);
        }
        match Reply::new(&event, &deliberation.decision.answer) {
            Reply::Event(answer) => Ok(answer),
            Reply::Error(error) => Err(error),
        }
    }
}
