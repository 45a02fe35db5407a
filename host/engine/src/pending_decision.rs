//! Decides on one sign-up, in two steps: before and after the look-ups.

use crate::contract::Question;
use crate::evaluation::{Evaluation, Setup};
use crate::policy_set::{DecisionTrace, Entry, PolicySet};
use crate::time_slice::TimeSlice;
use admit_core::{
    Answer, Fact, Facts, Failure, LookupRequest, Manifest, Outcome, Policy, Role, SignUp, Time,
    WhenNoPolicyApplies, decide,
};
use std::time::{Duration, Instant};

/// A decision that may wait for facts.
///
/// The policies without facts are evaluated. If none of them denies the sign-up, the caller makes
/// the look-ups in [`requests`](Self::requests), and [`finish`](Self::finish) evaluates the other
/// policies with the facts.
pub struct PendingDecision<'a> {
    set: &'a PolicySet,
    sign_up: &'a SignUp<'a>,
    /// The policies that apply, in the manifest's order.
    applicable: Vec<&'a Entry>,
    /// The evaluations of the policies without facts, in the same order.
    evaluations: Vec<Evaluation>,
    /// Whether policies are left that need facts.
    waits: bool,
    budget: Time,
    /// The running time that is left of the budget.
    left: Duration,
    started: Instant,
    last: Instant,
}

/// The part of the budget that look-ups leave to the policies that need their facts.
const RESERVE: u32 = 4;

impl PolicySet {
    /// Evaluates every policy that applies, and merges the results. A policy that needs facts
    /// fails.
    ///
    /// It takes at most the manifest's budget, measured in the running time of the process, and at
    /// most the time that the caller has left by the wall clock, up to 4 s. Each policy may use an
    /// equal share of the time that is left when its turn comes, so that none can use up the time
    /// of the others. A policy that got hardly any processor time in its share, because the
    /// processor is busy or throttled, is evaluated again after the others while there is time.
    pub fn decide(&self, sign_up: &SignUp<'_>, left: Duration) -> DecisionTrace {
        self.decide_with(sign_up, &Facts::default(), left)
    }

    /// Does the same with facts. A policy that needs a fact which is not among them fails.
    pub fn decide_with(
        &self,
        sign_up: &SignUp<'_>,
        facts: &Facts,
        left: Duration,
    ) -> DecisionTrace {
        self.start(sign_up, left).finish(facts)
    }

    /// Evaluates the policies that need no facts.
    pub fn start<'a>(&'a self, sign_up: &'a SignUp<'a>, left: Duration) -> PendingDecision<'a> {
        let started = Instant::now();
        let last = started + left.min(Manifest::MAX_BUDGET.duration());
        let entries = self.entries.iter();
        let applicable: Vec<_> =
            entries.filter(|entry| entry.policy.applies_to.contains(sign_up)).collect();
        // Loads the components before the clock starts, so that loading one takes no time from the
        // others.
        for entry in applicable.iter().take(self.max_loaded).take_while(|_| Instant::now() < last) {
            let _ = entry.component.get();
        }
        let _running = self.engine.clock.run();
        let budget = self.budget.min(left.into());
        let all = self.whole_slice_of(budget, budget.duration(), last);
        let waiting = applicable.iter().filter(|entry| entry.needs_facts()).count();
        let turns = Turns { set: self, sign_up, all };
        let evaluations = match waiting {
            0 => turns.evaluate_all(&applicable, &Facts::default(), 0),
            _ => {
                let pure: Vec<_> =
                    applicable.iter().copied().filter(|entry| !entry.needs_facts()).collect();
                turns.evaluate_all(&pure, &Facts::default(), waiting)
            }
        };
        let left = self.engine.clock.now().until(all.whole);
        let mut pending = PendingDecision {
            set: self,
            sign_up,
            applicable,
            evaluations,
            waits: waiting > 0,
            budget,
            left,
            started,
            last,
        };
        if pending.waits && pending.is_denied() {
            pending.applicable.retain(|entry| !entry.needs_facts());
            pending.waits = false;
        }
        pending
    }

    fn whole_slice_of(&self, budget: Time, left: Duration, last: Instant) -> TimeSlice {
        let whole = self.engine.clock.start_moment().after(left);
        TimeSlice { budget, length: left, own: whole, whole, own_last: last, last }
    }
}

impl<'a> PendingDecision<'a> {
    /// Returns the look-ups to make, each once and by name. It is empty if no policy needs them or
    /// if the sign-up is already denied.
    pub fn requests(&self) -> Vec<LookupRequest<'a>> {
        let mut requests: Vec<LookupRequest<'a>> = Vec::new();
        if !self.waits {
            return requests;
        }
        for (name, lookup) in &self.set.lookups {
            let is_needed =
                |entry: &&Entry| entry.policy.facts.values().any(|needed| needed == name);
            if self.applicable.iter().any(is_needed) {
                requests.push(LookupRequest { name, lookup, key: lookup.key(self.sign_up) });
            }
        }
        requests
    }

    /// Returns when all look-ups must have ended, by the wall clock: a quarter of the time is left
    /// to the policies that need the facts.
    pub fn lookup_deadline(&self) -> Instant {
        let last = self.last.saturating_duration_since(self.started);
        let time = self.budget.duration().min(last);
        self.started + (time - time / RESERVE)
    }

    /// Evaluates the remaining policies with the facts, and merges all results.
    pub fn finish(self, facts: &Facts) -> DecisionTrace {
        let not_asked = self.set.entries.len() - self.applicable.len();
        let evaluations = match self.waits {
            false => self.evaluations,
            true => {
                let _running = self.set.engine.clock.run();
                let all = self.set.whole_slice_of(self.budget, self.left, self.last);
                let waiting: Vec<_> =
                    self.applicable.iter().copied().filter(|entry| entry.needs_facts()).collect();
                let turns = Turns { set: self.set, sign_up: self.sign_up, all };
                let mut pure = self.evaluations.into_iter();
                let mut with_facts = turns.evaluate_all(&waiting, facts, 0).into_iter();
                let next = |entry: &&Entry| match entry.needs_facts() {
                    true => with_facts.next(),
                    false => pure.next(),
                };
                self.applicable.iter().filter_map(next).collect()
            }
        };
        let outcomes = outcomes(&self.applicable, &evaluations);
        let decision = decide(self.sign_up, &outcomes, self.set.when_no_policy_applies);
        DecisionTrace { decision, evaluations, not_asked }
    }

    /// Returns whether the policies without facts deny the sign-up.
    fn is_denied(&self) -> bool {
        let pure: Vec<_> =
            self.applicable.iter().copied().filter(|entry| !entry.needs_facts()).collect();
        let outcomes = outcomes(&pure, &self.evaluations);
        let decision = decide(self.sign_up, &outcomes, WhenNoPolicyApplies::Admit);
        matches!(decision.answer, Answer::Deny(_))
    }
}

fn outcomes(entries: &[&Entry], evaluations: &[Evaluation]) -> Vec<Outcome> {
    let entries = entries.iter().zip(evaluations);
    entries
        .map(|(entry, evaluation)| Outcome {
            policy: entry.policy.id.clone(),
            terms: entry.policy.terms.clone(),
            answer: evaluation.answer.clone(),
        })
        .collect()
}

impl Entry {
    fn needs_facts(&self) -> bool {
        !self.policy.facts.is_empty()
    }
}

/// Evaluates policies in turn, each within its share of the time.
struct Turns<'a> {
    set: &'a PolicySet,
    sign_up: &'a SignUp<'a>,
    all: TimeSlice,
}

impl Turns<'_> {
    /// Evaluates the policies, and returns one evaluation for each in the same order. As many as
    /// `later` wait for a share that is not theirs to use.
    fn evaluate_all(&self, policies: &[&Entry], facts: &Facts, later: usize) -> Vec<Evaluation> {
        let clock = &self.set.engine.clock;
        let mut evaluations = Vec::with_capacity(policies.len());
        // Policies that are to be evaluated again wait for a share as well.
        let mut again = Vec::new();
        for (index, entry) in policies.iter().enumerate() {
            let waiting = policies.len() - index + again.len() + later;
            let evaluation = self.evaluate(entry, facts, self.all.next(clock.now(), waiting));
            if evaluation.was_cut_short {
                again.push(index);
            }
            evaluations.push(evaluation);
        }
        while !again.is_empty() {
            let turn = std::mem::take(&mut again);
            for (done, index) in turn.iter().enumerate() {
                let waiting = turn.len() - done + again.len() + later;
                let share = self.all.next(clock.now(), waiting);
                if !share.is_a_turn() {
                    return evaluations;
                }
                let evaluation = self.evaluate(policies[*index], facts, share);
                if evaluation.was_cut_short {
                    again.push(*index);
                }
                let before = evaluations[*index].time;
                evaluations[*index] = Evaluation { time: before + evaluation.time, ..evaluation };
            }
        }
        evaluations
    }

    fn evaluate(&self, entry: &Entry, facts: &Facts, share: TimeSlice) -> Evaluation {
        let evaluation = match entry.component.get() {
            Err(failure) => Evaluation::failed(failure),
            Ok(_) if share.is_over(self.set.engine.clock.now()) => {
                Evaluation::failed(Failure::Budget { budget: share.budget })
            }
            Ok(component) => {
                let Policy { reads, limits, log, .. } = &entry.policy;
                let setup = match entry.snapshot {
                    Some(snapshot) => Setup::Snapshot(snapshot),
                    None => Setup::Settings(&entry.settings),
                };
                match self.facts(entry, facts) {
                    Err(failure) => Evaluation::failed(failure),
                    Ok(facts) => {
                        let facts: Vec<_> =
                            facts.iter().map(|(role, fact)| (*role, fact)).collect();
                        let view = reads.project(self.sign_up);
                        let question = Question { view: &view, facts: &facts };
                        let engine = &self.set.engine;
                        engine.evaluate(&component, (limits, *log), setup, question, share)
                    }
                }
            }
        };
        Evaluation { component: entry.digest, ..evaluation }
    }

    /// Returns the facts that a policy is granted, by role.
    fn facts<'b>(&self, entry: &'b Entry, facts: &Facts) -> Result<Vec<(&'b Role, Fact)>, Failure> {
        let fact = |(role, name): (&'b Role, _)| {
            let missing = || Failure::NoFact { role: role.clone(), lookup: Clone::clone(name) };
            let lookup = self.set.lookups.get(name).ok_or_else(missing)?;
            let fact = facts.get(name).ok_or_else(missing)?;
            Ok((role, lookup.granted(fact.clone())))
        };
        entry.policy.facts.iter().map(fact).collect()
    }
}
