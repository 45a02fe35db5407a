//! Answers events and writes the record of each decision.

use crate::diagnostics;
use crate::log;
use crate::lookups;
use crate::record::{self, DecisionLine, LinkOutcome, RequestInfo};
use crate::services::{LinkError, LinkErrorKind, LinkResult, NoServices, Services};
use crate::started::{Started, StartedPolicy};
use crate::telemetry::Telemetry;
use crate::timestamp;
use crate::write_timeout;
use admit_cognito::{Event, FunctionError, Reply};
use admit_core::{Admission, Answer, ExternalIdentity, Manifest, Record, SignUp, Size, UserName};
use admit_engine::{DecisionTrace, Digest, PolicySet, bundle::HOST};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// A trigger that answers the events of a user pool by a policy set.
pub struct Trigger {
    policies: PolicySet,
    bundle: Option<Digest>,
    telemetry: Arc<Telemetry>,
    services: Box<dyn Services>,
    /// Whether a sign-up is denied if its record cannot be written.
    needs_record: bool,
    /// Whether nothing has been decided yet.
    is_cold: AtomicBool,
}

/// A request to answer an event.
pub struct Request<'a> {
    /// The request id that Lambda assigned.
    pub id: &'a str,
    /// The bytes of the event; `None` if it is too large.
    pub event: Option<&'a [u8]>,
    /// The time left for the decision.
    pub left: Duration,
}

/// The maximum time for trying the settings of policies at the start. Lambda allows ten seconds for
/// a start, but Cognito only waits five in total.
const SETTINGS_CHECK: Duration = Duration::from_millis(500);

/// The memory that the trigger takes while no policy runs.
const BASE: Size = Size::from_mib(32);

/// The part of that which stays resident for the next sign-up, for about ten policies.
const KEPT: Size = Size::from_mib(16);

/// The memory that one request takes besides its policies, for parsing an event of the maximum
/// size.
const REQUEST: Size = Size::from_mib(16);

impl Trigger {
    /// Creates a trigger from a policy set and the digest of its bundle, and logs its policies and
    /// those that cannot run.
    pub fn new(
        policies: PolicySet,
        bundle: Option<Digest>,
        concurrency: u32,
        telemetry: impl Into<Arc<Telemetry>>,
    ) -> Trigger {
        let telemetry = telemetry.into();
        let needs_record = policies.record() == Record::Required;
        if needs_record && !telemetry.record {
            telemetry.log_that_records_are_required();
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
            diagnostics::log_not_loaded(policy, &failure);
        }
        for (policy, failure) in policies.misconfigured(SETTINGS_CHECK) {
            diagnostics::log_not_configured(policy, &failure);
        }
        let is_cold = AtomicBool::new(true);
        let services = Box::new(NoServices);
        Trigger { policies, bundle, telemetry, services, needs_record, is_cold }
    }

    /// Sets the services that look-ups and links call. Without them, each one fails.
    pub fn with_services(self, services: Box<dyn Services>) -> Trigger {
        Trigger { services, ..self }
    }

    /// Logs a warning if policies within their limits could exhaust the memory with this number of
    /// concurrent requests.
    pub fn warn_of_little_memory(&self, has: Size, concurrency: u32) {
        let per_request = self.policies.largest_memory().bytes().saturating_add(REQUEST.bytes());
        let all = per_request.saturating_mul(u64::from(concurrency));
        let kept = self.policies.kept_memory().bytes().saturating_sub(KEPT.bytes());
        let needs = Size::from_bytes(all.saturating_add(BASE.bytes()).saturating_add(kept));
        if needs > has {
            diagnostics::log_little_memory(needs, has);
        }
    }

    /// Answers an event with the event and its flags, or with the error that denies the sign-up.
    ///
    /// It never panics. The only text in an error that a policy chooses is the message of a denial.
    pub fn answer(&self, request: &Request<'_>) -> Result<String, FunctionError> {
        // The caller would answer a panic with its message.
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
            diagnostics::log_invalid_event(request_id, &error);
            FunctionError::invalid_event()
        })?;
        let cold_start = self.is_cold.swap(false, Relaxed);
        diagnostics::log_event(request_id, request.event.map_or(0, <[u8]>::len), request.left);
        let pending = self.policies.start(event.sign_up(), request.left);
        let requests = pending.requests();
        let deadline = pending.lookup_deadline();
        let lookups = lookups::make(&*self.services, event.sign_up(), &requests, deadline);
        for report in &lookups.reports {
            diagnostics::log_lookup(request_id, report);
        }
        let mut trace = pending.finish(&lookups.facts);
        let link_deadline = started + request.left.min(Manifest::MAX_BUDGET.duration());
        let link = self.link(event.sign_up(), &mut trace, link_deadline, request_id);
        let time = started.elapsed();
        for (record, evaluation) in trace.decision.policies.iter().zip(&trace.evaluations) {
            diagnostics::log_evaluated(request_id, &record.policy, evaluation);
        }
        let Telemetry { record, metrics, pseudonyms, stored_events } = &*self.telemetry;
        if stored_events.include(request_id, &trace.decision.answer)
            && let Some(text) = request.event.and_then(|event| str::from_utf8(event).ok())
        {
            record::write_event(request_id, text, &lookups.facts);
        }
        if *record || self.needs_record {
            let names = pseudonyms.as_ref();
            let info = RequestInfo {
                lookups: &lookups.reports,
                link,
                request_id,
                user_name_hash: names.and_then(|names| names.hash(&event.sign_up().user_name)),
                bundle: self.bundle,
                cold_start,
                time,
            };
            let line = DecisionLine::new(&event, &trace, info);
            let is_written = log::write_decision(line.into_text().as_deref(), self.needs_record);
            if self.needs_record && !(is_written && log::is_kept()) {
                return Err(FunctionError::record_failure());
            }
        }
        if let Some(metrics) = metrics {
            metrics.write(request_id, &trace, time);
        }
        match Reply::new(&event, &trace.decision.answer) {
            Reply::Event(answer) => Ok(answer),
            Reply::Error(error) => Err(error),
        }
    }

    /// Makes the link that was decided, if any. If that fails, the sign-up is denied: it would
    /// create a second account of the same person.
    fn link(
        &self,
        sign_up: &SignUp<'_>,
        trace: &mut DecisionTrace,
        deadline: Instant,
        request_id: &str,
    ) -> Option<LinkOutcome> {
        let Answer::Admit(Admission { link: Some(user), .. }) = &trace.decision.answer else {
            return None;
        };
        match self.try_link(sign_up, user, deadline) {
            Ok(result) => Some(LinkOutcome::Done(result)),
            Err(error) => {
                diagnostics::log_link_failed(request_id, &error);
                trace.decision.deny_failed_link();
                Some(LinkOutcome::Failed(error.kind))
            }
        }
    }

    fn try_link(
        &self,
        sign_up: &SignUp<'_>,
        user: &UserName,
        deadline: Instant,
    ) -> Result<LinkResult, LinkError> {
        let identity = ExternalIdentity::parse(&sign_up.user_name).ok_or_else(|| LinkError {
            kind: LinkErrorKind::UnknownProvider,
            reason: "the user name is not a provider and an id, joined by an underscore".to_owned(),
        })?;
        self.services.link(sign_up, identity, user, deadline)
    }
}
