//! The cost of the policies, measured in their sandboxes and under their limits.

use super::plot::Distribution;
use crate::bench::rounds::decide_in_turn;
use admit_cognito::Event;
use admit_core::{PolicyId, Size};
use admit_engine::PolicySet;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The extent of a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Only fuel and memory, which are the same on every machine: each event is decided once.
    Fuel,
    /// Times too, with this number of decisions.
    Times { decisions: usize },
}

/// The cost of a policy set.
pub(crate) struct Measured {
    /// The number of events.
    pub(crate) events: usize,
    /// The times of whole decisions.
    pub(crate) times: Option<Distribution>,
    by_policy: HashMap<PolicyId, Cost>,
}

/// The cost of one policy.
#[derive(Default)]
pub(crate) struct Cost {
    /// The most units of fuel of an evaluation, if known.
    pub(crate) fuel: Option<u64>,
    pub(crate) memory: Option<Size>,
    pub(crate) times: Option<Distribution>,
}

/// The time limit of a measurement, because a policy may use its whole deadline on each event.
const MAX_DURATION: Duration = Duration::from_secs(5);

impl Measured {
    /// Measures the policies by deciding the events, each at least once.
    pub(crate) fn new(policies: &PolicySet, events: &[Event<'_>], measure: Measure) -> Measured {
        let end = Instant::now() + MAX_DURATION;
        let mut by_policy: HashMap<PolicyId, Cost> = HashMap::new();
        let mut seen: HashMap<PolicyId, Vec<Duration>> = HashMap::new();
        let mut whole = Vec::new();
        let decisions = match measure {
            Measure::Fuel => 0,
            Measure::Times { decisions } => decisions,
        };
        decide_in_turn(policies, events, (decisions, Some(end)), |_, time, trace| {
            whole.push(time);
            for (record, evaluation) in trace.decision.policies.iter().zip(&trace.evaluations) {
                let cost = by_policy.entry(record.policy.clone()).or_default();
                cost.fuel = cost.fuel.max(evaluation.fuel);
                cost.memory = cost.memory.max(Some(evaluation.memory));
                seen.entry(record.policy.clone()).or_default().push(evaluation.time);
            }
        });
        let times = |taken| match measure {
            Measure::Fuel => None,
            Measure::Times { .. } => Distribution::new(taken),
        };
        for (policy, cost) in &mut by_policy {
            cost.times = times(seen.remove(policy).unwrap_or_default());
        }
        Measured { events: events.len(), times: times(whole), by_policy }
    }

    /// The cost of a policy, if it applied to any of the events.
    pub(crate) fn cost(&self, policy: &PolicyId) -> Option<&Cost> {
        self.by_policy.get(policy)
    }
}
