use crate::engine::{Component, Engine};
use crate::evaluation::{Budget, Evaluation};
use admit_core::{Decision, Failure, Manifest, Outcome, Policy, PolicyId, SignUp, Time, decide};
use std::time::Duration;

/// A manifest with its components: everything that decides.
pub struct PolicySet {
    engine: Engine,
    budget: Time,
    entries: Vec<Entry>,
}

struct Entry {
    policy: Policy,
    settings: String,
    component: Result<Component, Failure>,
}

/// A decision, and what each policy said and cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deliberation {
    /// The merged answer, with its record.
    pub decision: Decision,
    /// One for each policy of the decision, in its order.
    pub evaluations: Vec<Evaluation>,
    /// The policies whose `applies-to` this sign-up is not in.
    pub not_asked: Vec<PolicyId>,
}

impl PolicySet {
    /// Puts a manifest and its components together. A policy whose component could not be
    /// loaded stays in the set, and fails each time it is asked.
    pub fn new(
        engine: Engine,
        manifest: Manifest,
        mut component: impl FnMut(&Engine, &Policy) -> Result<Component, Failure>,
    ) -> PolicySet {
        let entries = manifest
            .policies
            .into_iter()
            .map(|policy| Entry {
                settings: policy.settings.to_json(),
                component: component(&engine, &policy),
                policy,
            })
            .collect();
        PolicySet { engine, budget: manifest.budget, entries }
    }

    /// The policies that will fail whenever they are asked, and why.
    pub fn unloaded(&self) -> impl Iterator<Item = (&Policy, &Failure)> {
        self.entries
            .iter()
            .filter_map(|entry| Some((&entry.policy, entry.component.as_ref().err()?)))
    }

    /// The policies, in the manifest's order.
    pub fn policies(&self) -> impl Iterator<Item = &Policy> {
        self.entries.iter().map(|entry| &entry.policy)
    }

    /// Asks every policy that applies, and merges what they say.
    ///
    /// It takes as long as the manifest's budget, or as the caller has left, whichever is
    /// less. A policy that is not asked in time has failed.
    pub fn decide(&self, sign_up: &SignUp<'_>, left: Duration) -> Deliberation {
        let budget = self.budget.min(left.into());
        let _running = self.engine.clock.run();
        let budget = Budget { budget, end: self.engine.clock.deadline(budget.duration()) };
        let (asked, not_asked): (Vec<_>, Vec<_>) =
            self.entries.iter().partition(|entry| entry.policy.applies_to.contains(sign_up));
        let (outcomes, evaluations): (Vec<_>, Vec<_>) = asked
            .into_iter()
            .map(|entry| {
                let evaluation = self.evaluate(entry, sign_up, budget);
                let outcome = Outcome {
                    policy: entry.policy.id.clone(),
                    terms: entry.policy.terms.clone(),
                    answer: evaluation.answer.clone(),
                };
                (outcome, evaluation)
            })
            .unzip();
        Deliberation {
            decision: decide(sign_up, &outcomes),
            evaluations,
            not_asked: not_asked.into_iter().map(|entry| entry.policy.id.clone()).collect(),
        }
    }

    fn evaluate(&self, entry: &Entry, sign_up: &SignUp<'_>, budget: Budget) -> Evaluation {
        match &entry.component {
            Err(failure) => Evaluation::failed(failure.clone()),
            Ok(_) if self.engine.clock.now() >= budget.end => {
                Evaluation::failed(Failure::Budget { budget: budget.budget })
            }
            Ok(component) => {
                let view = entry.policy.reads.project(sign_up);
                self.engine.evaluate(
                    component,
                    &entry.policy.limits,
                    &entry.settings,
                    &view,
                    budget,
                )
            }
        }
    }
}
