//! A manifest with its components, which decides on sign-ups.

use crate::config::{KEPT, WARM};
use crate::engine::Engine;
use crate::evaluation::{Evaluation, Setup};
use crate::hash::Digest;
use crate::loaded::{LazyComponent, Loaded};
use crate::loaded_pool::max_loaded;
use crate::snapshot::start::Snapshot;
use crate::time_slice::TimeSlice;
use admit_core::{
    Decision, Failure, FailureKind, Manifest, Outcome, Policy, PolicyId, Record, SignUp, Size,
    Time, WhenNoPolicyApplies, decide,
};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A manifest with its components, which decides on sign-ups.
pub struct PolicySet {
    engine: Arc<Engine>,
    /// The maximum number of components that are loaded at the same time.
    max_loaded: usize,
    digest: Option<Digest>,
    budget: Time,
    when_no_policy_applies: WhenNoPolicyApplies,
    record: Record,
    entries: Vec<Entry>,
}

struct Entry {
    policy: Policy,
    settings: String,
    digest: Option<Digest>,
    component: LazyComponent,
    snapshot: Option<Snapshot>,
}

/// A decision, with the evaluation of each policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionTrace {
    /// The decision.
    pub decision: Decision,
    /// The evaluations, one for each policy of the decision and in the same order.
    pub evaluations: Vec<Evaluation>,
    /// The number of policies that were not evaluated, since their `applies-to` does not contain
    /// the sign-up.
    pub not_asked: usize,
}

impl PolicySet {
    /// Combines a manifest with its components. A policy whose component could not be loaded stays
    /// in the set and fails each time it is evaluated.
    ///
    /// The components of policies that apply to every sign-up are loaded at once; any other one is
    /// loaded when its policy first applies.
    pub fn new<L: Into<Loaded>>(
        engine: impl Into<Arc<Engine>>,
        manifest: Manifest,
        mut load: impl FnMut(&Arc<Engine>, &Policy) -> L,
    ) -> PolicySet {
        let engine = engine.into();
        let entry = |policy: Policy| {
            let Loaded { digest, component, snapshot } = load(&engine, &policy).into();
            if policy.applies_to.is_everything() {
                let _ = component.get();
            }
            let settings = match snapshot {
                Some(_) => String::new(),
                None => policy.settings.to_json(),
            };
            Entry { settings, digest, component, snapshot, policy }
        };
        let entries = manifest.policies.into_iter().map(entry).collect();
        PolicySet {
            engine,
            max_loaded: max_loaded(),
            digest: None,
            budget: manifest.budget,
            when_no_policy_applies: manifest.when_no_policy_applies.unwrap_or_default(),
            record: manifest.record,
            entries,
        }
    }

    /// Sets the digest that identifies the policy set.
    pub fn with_digest(self, digest: Digest) -> PolicySet {
        PolicySet { digest: Some(digest), ..self }
    }

    /// Returns the digest that identifies the policy set, if it is known.
    pub fn digest(&self) -> Option<Digest> {
        self.digest
    }

    /// Loads all components that are not loaded yet.
    pub fn load_all(&self) {
        self.entries.iter().for_each(|entry| _ = entry.component.get());
    }

    /// Iterates over the policies whose component could not be loaded, with the reason. A policy
    /// whose component is not loaded yet is not included.
    pub fn unloaded(&self) -> impl Iterator<Item = (&Policy, Failure)> {
        let entries = self.entries.iter();
        entries.filter_map(|entry| Some((&entry.policy, entry.component.failure()?)))
    }

    /// Tries the settings of the policies, and returns those that always fail before `evaluate`,
    /// such as policies that refuse their settings.
    ///
    /// It takes at most the time left. Policies whose turn does not come are not included, nor
    /// those that are not loaded yet or have a snapshot.
    pub fn misconfigured(&self, left: Duration) -> Vec<(&Policy, Failure)> {
        let end = Instant::now() + left;
        let failure = |entry: &Entry| {
            if entry.snapshot.is_some() || entry.component.is_untried() {
                return None;
            }
            let component = entry.component.get().ok()?;
            let Policy { limits, log, .. } = &entry.policy;
            let left = end.checked_duration_since(Instant::now())?;
            let tried = self.engine.try_settings(&component, (limits, *log), &entry.settings, left);
            // A policy that a clock stopped may only have been slow this once.
            let transient = [FailureKind::Budget, FailureKind::Deadline, FailureKind::Host];
            tried.err().filter(|failure| !transient.contains(&failure.kind()))
        };
        let entries = self.entries.iter();
        entries.filter_map(|entry| Some((&entry.policy, failure(entry)?))).collect()
    }

    /// Returns whether a sign-up is denied if its decision cannot be recorded.
    pub fn record(&self) -> Record {
        self.record
    }

    /// Returns the maximum memory that one sign-up can take: the policies run one after the other.
    pub fn largest_memory(&self) -> Size {
        let limits = self.entries.iter().map(|entry| entry.policy.limits.memory);
        limits.max().unwrap_or(Size::from_kib(0))
    }

    /// Returns the maximum memory that stays resident between sign-ups, which is that of each
    /// compiled file. Policies that have the same component and no snapshot share a file.
    pub fn kept_memory(&self) -> Size {
        let mut kept: HashMap<_, u64> = HashMap::new();
        for Entry { policy, digest, snapshot, .. } in &self.entries {
            let own = (snapshot.is_some() || digest.is_none()).then_some(&policy.id);
            let max = kept.entry((digest, own)).or_default();
            *max = (*max).max(policy.limits.memory.bytes().min(KEPT as u64));
        }
        let kept: u64 = kept.into_values().sum();
        Size::from_bytes(kept.min(u64::from(WARM) * KEPT as u64))
    }

    /// Iterates over the policies with the digests of their components, in the manifest's order.
    pub fn policies(&self) -> impl Iterator<Item = (&Policy, Option<Digest>)> {
        self.entries.iter().map(|entry| (&entry.policy, entry.digest))
    }

    /// Iterates over the policies whose `applies-to` does not contain the sign-up.
    pub fn not_asked(&self, sign_up: &SignUp<'_>) -> impl Iterator<Item = &PolicyId> {
        let policies = self.entries.iter().map(|entry| &entry.policy);
        policies.filter(|policy| !policy.applies_to.contains(sign_up)).map(|policy| &policy.id)
    }

    /// Evaluates every policy that applies, and merges the results.
    ///
    /// It takes at most the manifest's budget, measured in the running time of the process, and at
    /// most the time that the caller has left by the wall clock, up to 4 s. Each policy may use an
    /// equal share of the time that is left when its turn comes, so that none can use up the time
    /// of the others. A policy that got hardly any processor time in its share, because the
    /// processor is busy or throttled, is evaluated again after the others while there is time.
    pub fn decide(&self, sign_up: &SignUp<'_>, left: Duration) -> DecisionTrace {
        let last = Instant::now() + left.min(Manifest::MAX_BUDGET.duration());
        let entries = self.entries.iter();
        let applicable: Vec<_> =
            entries.filter(|entry| entry.policy.applies_to.contains(sign_up)).collect();
        let not_asked = self.entries.len() - applicable.len();
        // Loads the components before the clock starts, so that loading one takes no time from the
        // others.
        for entry in applicable.iter().take(self.max_loaded).take_while(|_| Instant::now() < last) {
            let _ = entry.component.get();
        }
        let _running = self.engine.clock.run();
        let budget = self.budget.min(left.into());
        let whole = self.engine.clock.start_moment().after(budget.duration());
        let all = TimeSlice {
            budget,
            length: budget.duration(),
            own: whole,
            whole,
            own_last: last,
            last,
        };
        let evaluations = self.evaluate_all(&applicable, sign_up, all);
        let outcomes: Vec<Outcome> = applicable
            .iter()
            .zip(&evaluations)
            .map(|(entry, evaluation)| Outcome {
                policy: entry.policy.id.clone(),
                terms: entry.policy.terms.clone(),
                answer: evaluation.answer.clone(),
            })
            .collect();
        let decision = decide(sign_up, &outcomes, self.when_no_policy_applies);
        DecisionTrace { decision, evaluations, not_asked }
    }

    /// Evaluates the policies, and returns one evaluation for each in the same order.
    fn evaluate_all(
        &self,
        policies: &[&Entry],
        sign_up: &SignUp<'_>,
        all: TimeSlice,
    ) -> Vec<Evaluation> {
        let mut evaluations = Vec::with_capacity(policies.len());
        // Policies that are to be evaluated again wait for a share as well.
        let mut again = Vec::new();
        for (index, entry) in policies.iter().enumerate() {
            let share = all.next(self.engine.clock.now(), policies.len() - index + again.len());
            let evaluation = self.evaluate(entry, sign_up, share);
            if evaluation.was_cut_short {
                again.push(index);
            }
            evaluations.push(evaluation);
        }
        while !again.is_empty() {
            let turn = std::mem::take(&mut again);
            for (done, index) in turn.iter().enumerate() {
                let waiting = turn.len() - done + again.len();
                let share = all.next(self.engine.clock.now(), waiting);
                if !share.is_a_turn() {
                    return evaluations;
                }
                let evaluation = self.evaluate(policies[*index], sign_up, share);
                if evaluation.was_cut_short {
                    again.push(*index);
                }
                let before = evaluations[*index].time;
                evaluations[*index] = Evaluation { time: before + evaluation.time, ..evaluation };
            }
        }
        evaluations
    }

    fn evaluate(&self, entry: &Entry, sign_up: &SignUp<'_>, share: TimeSlice) -> Evaluation {
        let evaluation = match entry.component.get() {
            Err(failure) => Evaluation::failed(failure),
            Ok(_) if share.is_over(self.engine.clock.now()) => {
                Evaluation::failed(Failure::Budget { budget: share.budget })
            }
            Ok(component) => {
                let Policy { reads, limits, log, .. } = &entry.policy;
                let view = reads.project(sign_up);
                let setup = match entry.snapshot {
                    Some(snapshot) => Setup::Snapshot(snapshot),
                    None => Setup::Settings(&entry.settings),
                };
                self.engine.evaluate(&component, (limits, *log), setup, &view, share)
            }
        };
        Evaluation { component: entry.digest, ..evaluation }
    }
}
