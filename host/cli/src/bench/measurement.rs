//! Measures the fuel, memory and time of policies.

use super::figures::{FORMAT, FailedEvent, Figures, PolicyFigures, SampleEvent, Step, Times};
use super::rounds::{decide_in_turn, percentile};
use super::samples::Sample;
use super::samples::Samples;
use crate::output::progress::Progress;
use admit_cognito::Event;
use admit_core::{PolicyId, Size};
use admit_engine::{DecisionTrace, Evaluation, PolicySet, WASMTIME_VERSION};
use anyhow::Context;
use std::time::Duration;

/// Measures `count` decisions of the events in turn, and at least one of each event.
pub(crate) fn measure(
    policies: &PolicySet,
    samples: &Samples,
    count: usize,
) -> anyhow::Result<Figures> {
    let events = samples
        .iter()
        .map(|sample| Event::parse(&sample.text).with_context(|| sample.name.clone()))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let names: Vec<&str> = samples.iter().map(|sample| sample.name.as_str()).collect();
    let count = count.max(events.len());
    let mut tallies: Vec<Tally> = policies.policies().map(|_| Tally::default()).collect();
    let mut whole = Vec::with_capacity(count);
    let mut whole_fuel = Vec::with_capacity(events.len());
    let progress = Progress::of(events.len() + count, "deciding");
    // The first round is for the fuel, which is the same each time, and as a warm-up for the times.
    decide_in_turn(policies, &events, (0, None), |index, _, trace| {
        whole_fuel.push(trace.evaluations.iter().map(|evaluation| evaluation.fuel).sum());
        for (tally, evaluation) in tallies.iter_mut().zip(by_policy(policies, trace)) {
            tally.add(names[index], evaluation);
        }
        progress.advance();
    });
    decide_in_turn(policies, &events, (count, None), |_, time, trace| {
        whole.push(time);
        for (tally, evaluation) in tallies.iter_mut().zip(by_policy(policies, trace)) {
            tally.add_time(evaluation);
        }
        progress.advance();
    });
    let figures = policies.policies().zip(tallies).map(|((policy, component), tally)| {
        let Tally { configure, evaluate, memory, failures } = tally;
        PolicyFigures {
            policy: policy.id.clone(),
            component,
            memory,
            configure: configure.step(),
            evaluate: evaluate.step(),
            failures,
        }
    });
    let event = |sample: &Sample| SampleEvent { name: sample.name.clone(), digest: sample.digest };
    Ok(Figures {
        format: FORMAT.to_owned(),
        admit: env!("CARGO_PKG_VERSION").to_owned(),
        wasmtime: WASMTIME_VERSION.to_owned(),
        samples: count,
        events: samples.iter().map(event).collect(),
        policies: figures.collect(),
        decision: Step { fuel: whole_fuel, times: Times::new(whole) },
    })
}

/// The evaluation of each policy of the set, or `None` where the policy did not apply.
fn by_policy<'a>(policies: &PolicySet, trace: &'a DecisionTrace) -> Vec<Option<&'a Evaluation>> {
    let records = trace.decision.policies.iter();
    let mut asked = records.zip(&trace.evaluations).peekable();
    let mut evaluation =
        |id: &PolicyId| asked.next_if(|(record, _)| record.policy == *id).map(|(_, e)| e);
    policies.policies().map(|(policy, _)| evaluation(&policy.id)).collect()
}

/// The measurements of one policy so far.
struct Tally {
    configure: StepTally,
    evaluate: StepTally,
    memory: Size,
    failures: Vec<FailedEvent>,
}

/// The measurements of one step so far.
#[derive(Default)]
struct StepTally {
    fuel: Vec<Option<u64>>,
    times: Vec<Duration>,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally {
            configure: StepTally::default(),
            evaluate: StepTally::default(),
            memory: Size::from_bytes(0),
            failures: Vec::new(),
        }
    }
}

impl Tally {
    /// Adds the fuel, the memory and the failure of an evaluation, which are the same each time.
    fn add(&mut self, event: &str, evaluation: Option<&Evaluation>) {
        let configured = evaluation.and_then(|evaluation| evaluation.configured);
        let fuel = evaluation.and_then(|evaluation| evaluation.fuel);
        self.configure.fuel.push(configured.map(|configured| configured.fuel));
        self.evaluate
            .fuel
            .push(fuel.zip(configured).map(|(all, before)| all.saturating_sub(before.fuel)));
        if let Some(Evaluation { memory, answer, .. }) = evaluation {
            self.memory = self.memory.max(*memory);
            if let Err(failure) = answer {
                let failure = failure.to_string();
                self.failures.push(FailedEvent { event: event.to_owned(), failure });
            }
        }
    }

    fn add_time(&mut self, evaluation: Option<&Evaluation>) {
        if let Some((evaluation, configured)) =
            evaluation.and_then(|evaluation| Some((evaluation, evaluation.configured?)))
        {
            self.configure.times.push(configured.time);
            self.evaluate.times.push(evaluation.time.saturating_sub(configured.time));
        }
    }
}

impl StepTally {
    fn step(self) -> Step {
        Step { fuel: self.fuel, times: Times::new(self.times) }
    }
}

impl Times {
    fn new(mut times: Vec<Duration>) -> Option<Times> {
        times.sort();
        let at = |percent| u64::try_from(percentile(&times, percent)?.as_nanos()).ok();
        Some(Times { median_nanoseconds: at(50)?, p99_nanoseconds: at(99)? })
    }
}
