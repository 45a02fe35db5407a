//! Makes the look-ups of one sign-up.

use crate::services::{LookupResult, Services};
use admit_core::{Fact, Facts, LookupError, LookupName, LookupRequest, SignUp, Source};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The look-ups that were made for one sign-up.
#[derive(Debug, Default)]
pub(crate) struct MadeLookups<'a> {
    pub(crate) facts: Facts,
    pub(crate) reports: Vec<LookupReport<'a>>,
}

/// What is recorded of a look-up: never a value.
#[derive(Debug)]
pub(crate) struct LookupReport<'a> {
    pub(crate) name: &'a LookupName,
    /// The error, if there is no result.
    pub(crate) error: Option<LookupError>,
    /// The reason of the error, for the log.
    pub(crate) reason: Option<String>,
    pub(crate) time: Duration,
    /// Whether the result is that of another look-up with the same request.
    pub(crate) is_shared: bool,
}

/// Makes look-ups, identical ones once.
pub(crate) fn make<'a>(
    services: &dyn Services,
    sign_up: &SignUp<'_>,
    requests: &[LookupRequest<'a>],
    deadline: Instant,
) -> MadeLookups<'a> {
    if requests.is_empty() {
        return MadeLookups::default();
    }
    let mut calls: Vec<LookupRequest<'_>> = Vec::new();
    let is_same = |one: &LookupRequest<'_>, other: &LookupRequest<'_>| {
        one.key == other.key && one.lookup == other.lookup
    };
    for request in requests {
        let is_call = request.lookup.source != Source::Clock && request.key.is_some();
        if is_call && !calls.iter().any(|call| is_same(call, request)) {
            calls.push(*request);
        }
    }
    let results = match calls.is_empty() {
        true => Vec::new(),
        false => services.look_up(sign_up, &calls, deadline),
    };
    let mut made = Vec::new();
    let mut reports = Vec::new();
    for request in requests {
        let call = calls.iter().position(|call| is_same(call, request));
        let result = match (&request.lookup.source, call) {
            (Source::Clock, _) => local(Fact::Time(now())),
            (_, None) => local(Fact::Error(LookupError::KeyAbsent)),
            (_, Some(index)) => results
                .get(index)
                .cloned()
                .unwrap_or_else(|| local(Fact::Error(LookupError::Unavailable))),
        };
        let fact = request.lookup.granted(result.fact);
        reports.push(LookupReport {
            name: request.name,
            error: match fact {
                Fact::Error(error) => Some(error),
                Fact::Users(_) | Fact::Time(_) => None,
            },
            reason: result.reason,
            time: result.time,
            is_shared: call.is_some_and(|index| calls[index].name != request.name),
        });
        made.push((request.name.clone(), fact));
    }
    MadeLookups { facts: made.into_iter().collect(), reports }
}

/// A result that takes no call.
fn local(fact: Fact) -> LookupResult {
    LookupResult { fact, reason: None, time: Duration::ZERO }
}

/// The time in milliseconds since 1970.
fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}
