//! What the policies cost, measured in their sandboxes under their limits.

use super::plot::Distribution;
use crate::bench::rounds::decide_in_turn;
use admit_cognito::Event;
use admit_core::{PolicyId, Size};
use admit_engine::PolicySet;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How much is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    /// What is the same on every machine: every event is decided once.
    Fuel,
    /// Times too: so many decisions, whatever the number of events.
    Times { decisions: usize },
}

/// What a policy set costs.
pub(crate) struct Measured {
    /// How many different events it was asked about.
    pub(crate) events: usize,
    /// How long whole decisions take.
    pub(crate) times: Option<Distribution>,
    by_policy: HashMap<PolicyId, Cost>,
}

/// What one policy of it costs.
#[derive(Default)]
pub(crate) struct Cost {
    /// The most units of fuel that are known.
    pub(crate) fuel: Option<u64>,
    pub(crate) memory: Option<Size>,
    pub(crate) times: Option<Distribution>,
}

/// After this time nothing is measured any more: a policy may need its whole deadline each time.
const LONGEST: Duration = Duration::from_secs(5);

impl Measured {
    /// Decides events, each once at least.
    pub(crate) fn of(policies: &PolicySet, events: &[Event<'_>], measure: Measure) -> Measured {
        let end = Instant::now() + LONGEST;
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
            Measure::Times { .. } => Distribution::of(taken),
        };
        for (policy, cost) in &mut by_policy {
            cost.times = times(seen.remove(policy).unwrap_or_default());
        }
        Measured { events: events.len(), times: times(whole), by_policy }
    }

    /// What a policy costs, if one of the events was any of its business.
    pub(crate) fn cost(&self, policy: &PolicyId) -> Option<&Cost> {
        self.by_policy.get(policy)
    }
}
