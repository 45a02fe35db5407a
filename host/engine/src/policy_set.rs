//! A manifest with its components, which decides sign-ups.

use crate::config::{KEPT, WARM};
use crate::digest::Digest;
use crate::engine::Engine;
use crate::evaluation::{Evaluation, Setup};
use crate::loaded::{LazyComponent, Loaded};
use crate::loaded_pool::most_loaded;
use crate::snapshot::start::Snapshot;
use crate::time_slice::TimeSlice;
use admit_core::{
    Decision, Failure, FailureKind, Manifest, Outcome, Policy, PolicyId, Record, SignUp, Size,
    Time, WhenNoPolicyApplies, decide,
};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A manifest with its components: everything that decides.
pub struct PolicySet {
    engine: Arc<Engine>,
    /// How many components can be loaded at a time.
    most_loaded: usize,
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

/// A decision, and what each policy said and cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionTrace {
    /// The merged answer, with its record.
    pub decision: Decision,
    /// One for each policy of the decision, in its order.
    pub evaluations: Vec<Evaluation>,
    /// How many policies were not asked, since the sign-up is outside their `applies-to`.
    pub not_asked: usize,
}

impl PolicySet {
    /// Puts a manifest and its components together. A policy whose component could not be
    /// loaded stays in the set, and fails each time it is asked.
    ///
    /// A component that is still to be loaded is loaded now if every sign-up is its policy's
    /// concern, else when its policy first applies.
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
            most_loaded: most_loaded(),
            digest: None,
            budget: manifest.budget,
            when_no_policy_applies: manifest.when_no_policy_applies.unwrap_or_default(),
            record: manifest.record,
            entries,
        }
    }

    /// The same, which is known by this digest of everything that decides.
    pub fn with_digest(self, digest: Digest) -> PolicySet {
        PolicySet { digest: Some(digest), ..self }
    }

    /// The digest of everything that decides, if it is known.
    pub fn digest(&self) -> Option<Digest> {
        self.digest
    }

    /// Loads everything that is still to be loaded.
    pub fn load_all(&self) {
        self.entries.iter().for_each(|entry| _ = entry.component.get());
    }

    /// The policies that could not be loaded, and why: they fail whenever they are asked. One
    /// that is still to be loaded is not among them.
    pub fn unloaded(&self) -> impl Iterator<Item = (&Policy, Failure)> {
        let entries = self.entries.iter();
        entries.filter_map(|entry| Some((&entry.policy, entry.component.failure()?)))
    }

    /// The policies whose settings are tried out and refused, or that fail in another way
    /// before they can be asked anything, each time. Takes as long as is left at most; a policy
    /// whose turn does not come is not among them, nor one that is still to be loaded or was
    /// configured when it was bundled.
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
            // What a clock stopped may have been slow for once.
            let by_chance = [FailureKind::Budget, FailureKind::Deadline, FailureKind::Host];
            tried.err().filter(|failure| !by_chance.contains(&failure.kind()))
        };
        let entries = self.entries.iter();
        entries.filter_map(|entry| Some((&entry.policy, failure(entry)?))).collect()
    }

    /// What it means that a decision cannot be recorded.
    pub fn record(&self) -> Record {
        self.record
    }

    /// The most memory that one sign-up can take: the policies run one after the other.
    pub fn largest_memory(&self) -> Size {
        let limits = self.entries.iter().map(|entry| entry.policy.limits.memory);
        limits.max().unwrap_or(Size::from_kib(0))
    }

    /// The most memory that stays for the next sign-ups when one is over: that of each compiled
    /// file, which policies share that have the same component and are configured for each
    /// sign-up.
    pub fn kept_memory(&self) -> Size {
        let mut kept: HashMap<_, u64> = HashMap::new();
        for Entry { policy, digest, snapshot, .. } in &self.entries {
            let own = (snapshot.is_some() || digest.is_none()).then_some(&policy.id);
            let most = kept.entry((digest, own)).or_default();
            *most = (*most).max(policy.limits.memory.bytes().min(KEPT as u64));
        }
        let kept: u64 = kept.into_values().sum();
        Size::from_bytes(kept.min(u64::from(WARM) * KEPT as u64))
    }

    /// The policies with the digests of their components, in the manifest's order.
    pub fn policies(&self) -> impl Iterator<Item = (&Policy, Option<Digest>)> {
        self.entries.iter().map(|entry| (&entry.policy, entry.digest))
    }

    /// The policies that are not asked about a sign-up, since it is outside their `applies-to`.
    pub fn not_asked(&self, sign_up: &SignUp<'_>) -> impl Iterator<Item = &PolicyId> {
        let policies = self.entries.iter().map(|entry| &entry.policy);
        policies.filter(|policy| !policy.applies_to.contains(sign_up)).map(|policy| &policy.id)
    }

    /// Asks every policy that applies, and merges what they say.
    ///
    /// It takes as long as the manifest's budget, in the time that the process runs, or as the
    /// caller has left by the wall, 4 s at most. Each policy may use an equal share of what is
    /// left when its turn comes, so that none can use up the time of the others. One that hardly
    /// got to compute in its share, on a processor that is busy elsewhere or throttled, is asked
    /// again after the others, while there is time.
    pub fn decide(&self, sign_up: &SignUp<'_>, left: Duration) -> DecisionTrace {
        let last = Instant::now() + left.min(Manifest::MAX_BUDGET.duration());
        let entries = self.entries.iter();
        let asked: Vec<_> =
            entries.filter(|entry| entry.policy.applies_to.contains(sign_up)).collect();
        let not_asked = self.entries.len() - asked.len();
        // Before the clock starts: what is loaded for one takes no time from the others.
        for entry in asked.iter().take(self.most_loaded).take_while(|_| Instant::now() < last) {
            let _ = entry.component.get();
        }
        let _running = self.engine.clock.run();
        let budget = self.budget.min(left.into());
        let whole = self.engine.clock.start_of_something().after(budget.duration());
        let all = TimeSlice {
            budget,
            length: budget.duration(),
            own: whole,
            whole,
            own_last: last,
            last,
        };
        let evaluations = self.evaluate_all(&asked, sign_up, all);
        let outcomes: Vec<Outcome> = asked
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

    /// One evaluation for each of these, in their order.
    fn evaluate_all(
        &self,
        asked: &[&Entry],
        sign_up: &SignUp<'_>,
        all: TimeSlice,
    ) -> Vec<Evaluation> {
        let mut evaluations = Vec::with_capacity(asked.len());
        // Those that are to be asked again wait as well.
        let mut again = Vec::new();
        for (index, entry) in asked.iter().enumerate() {
            let share = all.next(self.engine.clock.now(), asked.len() - index + again.len());
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
                let evaluation = self.evaluate(asked[*index], sign_up, share);
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
