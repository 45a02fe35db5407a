//! A manifest with its components, which decides on sign-ups.

use crate::config::{KEPT, WARM};
use crate::engine::Engine;
use crate::evaluation::Evaluation;
use crate::hash::Digest;
use crate::loaded::{LazyComponent, Loaded};
use crate::loaded_pool::max_loaded;
use crate::snapshot::start::Snapshot;
use admit_core::{
    Decision, Failure, FailureKind, Lookup, LookupName, Manifest, Policy, PolicyId, Record, SignUp,
    Size, Time, WhenNoPolicyApplies,
};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A manifest with its components, which decides on sign-ups.
pub struct PolicySet {
    pub(crate) engine: Arc<Engine>,
    /// The maximum number of components that are loaded at the same time.
    pub(crate) max_loaded: usize,
    digest: Option<Digest>,
    pub(crate) budget: Time,
    pub(crate) when_no_policy_applies: WhenNoPolicyApplies,
    record: Record,
    needs_services: bool,
    pub(crate) lookups: BTreeMap<LookupName, Lookup>,
    pub(crate) entries: Vec<Entry>,
}

/// A policy of the set, with its component.
pub(crate) struct Entry {
    pub(crate) policy: Policy,
    pub(crate) settings: String,
    pub(crate) digest: Option<Digest>,
    pub(crate) component: LazyComponent,
    pub(crate) snapshot: Option<Snapshot>,
}

/// A decision, with the evaluation of each policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionTrace {
    /// The decision.
    pub decision: Decision,
    /// The evaluations, one for each policy of the decision and in the same order.
    pub evaluations: Vec<Evaluation>,
    /// The number of policies that were not evaluated, since their `applies-to` does not contain
    /// the sign-up, or since they need facts and the sign-up was already denied without them.
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
        let needs_services = manifest.needs_services();
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
            needs_services,
            lookups: manifest.lookups,
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

    /// Returns whether decisions need services outside of the host: for look-ups, or for links.
    pub fn needs_services(&self) -> bool {
        self.needs_services
    }

    /// Iterates over the look-ups that the manifest declares, by name.
    pub fn lookups(&self) -> impl Iterator<Item = (&LookupName, &Lookup)> {
        self.lookups.iter()
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
}
