//! Metrics for CloudWatch in the Embedded Metric Format, at most one line per decision.

use crate::log;
use admit_core::{Answer, FailureKind, Grounds, Opinion, PolicyId, PolicyRecord};
use admit_engine::DecisionTrace;
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The metrics that are written, with their namespace and dimensions.
pub(crate) struct Metrics {
    namespace: String,
    function: String,
    chosen: Vec<Metric>,
    codes: Mutex<HashMap<PolicyId, HashSet<String>>>,
}

/// A metric. CloudWatch charges for each one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Metric {
    /// Decisions, by answer.
    Decisions,
    /// Decisions by the denial of a policy, in total and by policy and code.
    Denials,
    /// Decisions in which a policy failed, in total and by policy and kind.
    Failures,
    /// Decisions by the manifest alone, since no policy applies.
    NoPolicyApplies,
    /// The time of a decision.
    Time,
}

/// The default namespace.
const NAMESPACE: &str = "Admit";

/// The maximum number of codes per policy and process that get a metric of their own. Policies
/// choose the codes, and each one is a metric that is charged for.
const MAX_CODES: usize = 20;

/// The value that replaces further codes. A code cannot contain parentheses.
const OTHER_CODE: &str = "(other)";

impl Metric {
    const ALL: [Metric; 5] = [
        Metric::Decisions,
        Metric::Denials,
        Metric::Failures,
        Metric::NoPolicyApplies,
        Metric::Time,
    ];

    /// Returns the name of the metric in `ADMIT_METRICS`.
    fn name(self) -> &'static str {
        match self {
            Metric::Decisions => "decisions",
            Metric::Denials => "denials",
            Metric::Failures => "failures",
            Metric::NoPolicyApplies => "no-policy-applies",
            Metric::Time => "time",
        }
    }
}

impl Metrics {
    /// Parses a list such as `decisions,time`. The inner `None` means no metrics, the outer one an
    /// invalid list.
    #[expect(clippy::option_option, reason = "an invalid list differs from an empty one")]
    pub(crate) fn new(
        list: &str,
        namespace: Option<&str>,
        function: &str,
    ) -> Option<Option<Metrics>> {
        let chosen = match list.trim() {
            "" | "none" => return Some(None),
            "all" => Metric::ALL.to_vec(),
            list => list
                .split(',')
                .map(|name| Metric::ALL.into_iter().find(|metric| metric.name() == name.trim()))
                .collect::<Option<Vec<Metric>>>()?,
        };
        // Removes duplicates.
        let chosen = Metric::ALL.into_iter().filter(|metric| chosen.contains(metric)).collect();
        Some(Some(Metrics {
            namespace: namespace.unwrap_or(NAMESPACE).to_owned(),
            function: function.to_owned(),
            chosen,
            codes: Mutex::default(),
        }))
    }

    /// Returns whether a name is valid for a custom CloudWatch namespace.
    pub(crate) fn is_namespace(name: &str) -> bool {
        let fits = |c: char| c.is_ascii_alphanumeric() || ".-_/#:".contains(c);
        let is_free = !name.starts_with(':') && !name.starts_with("AWS/");
        (1..=255).contains(&name.len()) && is_free && name.chars().all(fits)
    }

    /// Writes the metrics of one decision, if there are any.
    pub(crate) fn write(&self, request_id: &str, trace: &DecisionTrace, time: Duration) {
        if let Some(line) = self.line(request_id, trace, time) {
            log::write(&line);
        }
    }

    fn line(&self, request_id: &str, trace: &DecisionTrace, time: Duration) -> Option<Value> {
        let mut line = Line { members: Map::new(), directives: Vec::new(), metrics: self };
        for metric in &self.chosen {
            match metric {
                Metric::Decisions => {
                    let answer = match trace.decision.answer {
                        Answer::Admit(_) => "admit",
                        Answer::Deny(_) => "deny",
                    };
                    line.count("Decisions", &[("Answer", answer.into())], false);
                }
                Metric::Denials => {
                    if let Some((policy, code)) = denial(trace) {
                        let code = self.known_code(policy, code);
                        let by = [("DeniedBy", policy.to_string()), ("Code", code)];
                        line.count("Denials", &by, true);
                    }
                }
                Metric::Failures => {
                    if let Some((policy, kind)) = failure(trace) {
                        let by = [("FailedPolicy", policy.to_string()), ("Kind", kind.to_string())];
                        line.count("Failures", &by, true);
                    }
                }
                Metric::NoPolicyApplies => {
                    if trace.decision.no_policy_applies {
                        line.count("NoPolicyApplies", &[], true);
                    }
                }
                Metric::Time => line.time(time),
            }
        }
        line.finish(request_id)
    }

    fn known_code(&self, policy: &PolicyId, code: &str) -> String {
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        let codes = codes.entry(policy.clone()).or_default();
        let room = codes.len() < MAX_CODES;
        match codes.contains(code) || (room && codes.insert(code.to_owned())) {
            true => code.to_owned(),
            false => OTHER_CODE.to_owned(),
        }
    }
}

/// Returns the policy whose denial decided, and its code.
fn denial(trace: &DecisionTrace) -> Option<(&PolicyId, &str)> {
    let Answer::Deny(refusal) = &trace.decision.answer else { return None };
    let decided = |record: &&PolicyRecord| {
        refusal.grounds == Grounds::Denial && refusal.policy.as_ref() == Some(&record.policy)
    };
    match trace.decision.policies.iter().find(decided) {
        Some(PolicyRecord { policy, opinion: Opinion::Deny { code, .. }, .. }) => {
            Some((policy, code))
        }
        _ => None,
    }
}

/// Returns the policy whose failure decided, or else the first policy that failed.
fn failure(trace: &DecisionTrace) -> Option<(&PolicyId, FailureKind)> {
    let mut failed = trace.decision.policies.iter().filter_map(|record| {
        let Opinion::Failure { failure, .. } = &record.opinion else { return None };
        Some((&record.policy, failure.kind()))
    });
    let decided = match &trace.decision.answer {
        Answer::Deny(refusal) if refusal.grounds == Grounds::Failure => refusal.policy.as_ref(),
        _ => None,
    };
    match decided {
        Some(decided) => failed.find(|(policy, _)| *policy == decided),
        None => failed.next(),
    }
}

/// A line under construction. Its directives refer to its members.
struct Line<'a> {
    members: Map<String, Value>,
    directives: Vec<Value>,
    metrics: &'a Metrics,
}

impl Line<'_> {
    /// Adds a count of one under these dimensions, and also in total if `and_in_total`.
    fn count(&mut self, name: &str, by: &[(&str, String)], and_in_total: bool) {
        let mut dimensions = vec![FUNCTION];
        let mut sets = Vec::new();
        if and_in_total {
            sets.push(json!(dimensions));
        }
        for (dimension, value) in by {
            dimensions.push(dimension);
            self.members.insert((*dimension).to_owned(), value.as_str().into());
        }
        if !by.is_empty() {
            sets.push(json!(dimensions));
        }
        self.add(name, "Count", 1.into(), sets);
    }

    fn time(&mut self, time: Duration) {
        let microseconds = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.add("DecisionTime", "Microseconds", microseconds.into(), vec![json!([FUNCTION])]);
    }

    fn add(&mut self, name: &str, unit: &str, value: Value, dimensions: Vec<Value>) {
        self.members.insert(name.to_owned(), value);
        self.directives.push(json!({
            "Namespace": self.metrics.namespace,
            "Dimensions": dimensions,
            "Metrics": [{ "Name": name, "Unit": unit }],
        }));
    }

    fn finish(self, request_id: &str) -> Option<Value> {
        if self.directives.is_empty() {
            return None;
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        let aws = json!({ "Timestamp": now, "CloudWatchMetrics": self.directives });
        let mut line = self.members;
        line.insert("type".to_owned(), "metrics".into());
        line.insert("requestId".to_owned(), request_id.into());
        line.insert(FUNCTION.to_owned(), self.metrics.function.as_str().into());
        line.insert("_aws".to_owned(), aws);
        Some(Value::Object(line))
    }
}

/// The dimension that distinguishes the metrics of different functions.
const FUNCTION: &str = "FunctionName";
