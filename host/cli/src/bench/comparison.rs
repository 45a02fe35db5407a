//! Compares measured figures with those of a baseline.

use super::figures::{Figures, PolicyFigures, SampleEvent, Step, Times};
use crate::output::format::to_json;
use admit_core::{PolicyId, grouped, printable};
use anyhow::bail;
use serde::Serialize;

/// What is otherwise than in the baseline, and whether that is too much.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Comparison {
    /// What measured the baseline.
    admit: String,
    wasmtime: String,
    /// By how many percent fuel may rise.
    max_regression: f64,
    /// The policies that both have, in the order of the one that was measured now.
    pub(super) policies: Vec<PolicyChange>,
    /// The whole decision, of whatever policies.
    pub(super) decision: StepChange,
    /// Where fuel rose by more.
    pub(super) regressions: Vec<Regression>,
    /// What could not be compared, and why.
    pub(super) notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct PolicyChange {
    pub(super) policy: PolicyId,
    pub(super) memory: Change,
    pub(super) configure: StepChange,
    pub(super) evaluate: StepChange,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct StepChange {
    /// The most of the events that both have.
    pub(super) fuel: Option<Change>,
    /// The times of the baseline.
    #[serde(flatten)]
    pub(super) times: Option<Times>,
}

/// A figure and what it was.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Change {
    pub(super) now: u64,
    pub(super) was: u64,
    pub(super) percent: f64,
}

/// Fuel that rose by more than it may.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Regression {
    pub(super) policy: PolicyId,
    pub(super) step: &'static str,
    /// Of which event, where they may differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) event: Option<String>,
    #[serde(flatten)]
    pub(super) fuel: Rise,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Rise {
    Known(Change),
    /// It was cut off before its fuel was counted.
    Unknown {
        was: u64,
    },
}

impl Change {
    fn new(now: u64, was: u64) -> Change {
        #[expect(clippy::cast_precision_loss, reason = "a percentage is rounded anyway")]
        let percent = match (now, was) {
            (now, was) if now == was => 0.0,
            // From nothing, whatever came is all of it.
            (_, 0) => 100.0,
            (now, was) => (now as f64 - was as f64) * 100.0 / was as f64,
        };
        Change { now, was, percent }
    }
}

impl Comparison {
    /// The figures in JSON, with what is otherwise than in the baseline.
    pub(crate) fn to_json_with(&self, figures: &Figures) -> serde_json::Result<String> {
        #[derive(Serialize)]
        struct Compared<'a> {
            #[serde(flatten)]
            figures: &'a Figures,
            comparison: &'a Comparison,
        }

        to_json(&Compared { figures, comparison: self })
    }

    /// Compares what both have. It is an error if that is nothing.
    pub(crate) fn new(
        now: &Figures,
        baseline: &Figures,
        max_regression: f64,
    ) -> anyhow::Result<Comparison> {
        let pairs = Pairs::of(&now.events, &baseline.events);
        if pairs.0.is_empty() {
            let names = names(baseline.events.iter().map(|event| event.name.as_str()));
            bail!("the baseline is of other events, {names}: name the same with --event");
        }
        let mut comparison = Comparison {
            admit: baseline.admit.clone(),
            wasmtime: baseline.wasmtime.clone(),
            max_regression,
            policies: Vec::new(),
            decision: pairs.change(&now.decision, &baseline.decision),
            regressions: Vec::new(),
            notes: notes(now, baseline),
        };
        for policy in &now.policies {
            if let Some(was) = policy.in_figures(baseline) {
                comparison.compare(policy, was, now, &pairs);
            }
        }
        if comparison.policies.is_empty() {
            let names = names(baseline.policies.iter().map(|policy| policy.policy.as_str()));
            bail!("the baseline is of other policies, {names}");
        }
        Ok(comparison)
    }

    /// Whether fuel rose by more than it may.
    pub(crate) fn is_a_regression(&self) -> bool {
        !self.regressions.is_empty()
    }

    fn compare(
        &mut self,
        policy: &PolicyFigures,
        was: &PolicyFigures,
        now: &Figures,
        pairs: &Pairs,
    ) {
        let configure = pairs.change(&policy.configure, &was.configure);
        let evaluate = pairs.change(&policy.evaluate, &was.evaluate);
        let regression =
            |step, event, fuel| Regression { policy: policy.policy.clone(), step, event, fuel };
        // Every event is configured alike.
        if let Some(change) = configure.fuel.filter(|change| change.percent > self.max_regression) {
            self.regressions.push(regression("configure", None, Rise::Known(change)));
        }
        for (here, there) in &pairs.0 {
            let Some(was) = was.evaluate.fuel[*there] else { continue };
            let event = &now.events[*here].name;
            let rise = match policy.evaluate.fuel[*here] {
                Some(now) => Some(Change::new(now, was))
                    .filter(|change| change.percent > self.max_regression)
                    .map(Rise::Known),
                None => {
                    let has_failed = policy.failures.iter().any(|failed| failed.event == *event);
                    has_failed.then_some(Rise::Unknown { was })
                }
            };
            let rise = rise.map(|rise| regression("evaluate", Some(event.clone()), rise));
            self.regressions.extend(rise);
        }
        let memory = Change::new(policy.memory.bytes(), was.memory.bytes());
        let policy = policy.policy.clone();
        self.policies.push(PolicyChange { policy, memory, configure, evaluate });
    }

    /// Why the exit status is what it is, in a line for each step of a policy.
    pub(super) fn conclusion(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        for group in self.regressions.chunk_by(|a, b| (&a.policy, a.step) == (&b.policy, b.step)) {
            let worst = group.iter().max_by(|a, b| a.fuel.percent().total_cmp(&b.fuel.percent()));
            let Some(Regression { policy, step, event, fuel }) = worst else { continue };
            let mut line = format!("{policy}: {step} takes {}", fuel.said());
            if let Some(event) = event {
                line += &format!(", for `{}`", printable(event, 200));
            }
            match group.len() - 1 {
                0 => {}
                1 => line += ", and more for another event",
                others => line += &format!(", and more for {others} other events"),
            }
            lines.push(line);
        }
        let allowed = match self.max_regression {
            0.0 => String::new(),
            percent => format!(" of more than {percent} %"),
        };
        lines.push(match lines.is_empty() {
            true => format!("no regression in fuel{allowed}"),
            false => format!("a regression in fuel{allowed}"),
        });
        lines.join("\n") + "\n"
    }
}

impl Rise {
    fn percent(self) -> f64 {
        match self {
            Rise::Known(change) => change.percent,
            Rise::Unknown { .. } => f64::INFINITY,
        }
    }

    fn said(self) -> String {
        match self {
            Rise::Known(Change { now, was, percent }) => {
                format!("{} units of fuel, {percent:.1} % more than {}", grouped(now), grouped(was))
            }
            Rise::Unknown { was } => format!(
                "an unknown amount of fuel, since it fails, and took {} before",
                grouped(was)
            ),
        }
    }
}

/// The places of the events that both have.
struct Pairs(Vec<(usize, usize)>);

impl Pairs {
    fn of(now: &[SampleEvent], baseline: &[SampleEvent]) -> Pairs {
        let there =
            |event: &SampleEvent| baseline.iter().position(|was| was.digest == event.digest);
        let pairs = now.iter().enumerate().filter_map(|(here, event)| Some((here, there(event)?)));
        Pairs(pairs.collect())
    }

    fn change(&self, now: &Step, was: &Step) -> StepChange {
        let fuel = self.most(now, was).map(|(now, was)| Change::new(now, was));
        StepChange { fuel, times: was.times }
    }

    /// The most fuel of the events of which both know it.
    fn most(&self, now: &Step, was: &Step) -> Option<(u64, u64)> {
        let known = |(here, there): &(usize, usize)| Some((now.fuel[*here]?, was.fuel[*there]?));
        let (now, was): (Vec<u64>, Vec<u64>) = self.0.iter().filter_map(known).unzip();
        Some((now.into_iter().max()?, was.into_iter().max()?))
    }
}

impl PolicyFigures {
    fn in_figures<'a>(&self, figures: &'a Figures) -> Option<&'a PolicyFigures> {
        figures.policies.iter().find(|policy| policy.policy == self.policy)
    }
}

/// What stands in the way of a comparison.
fn notes(now: &Figures, baseline: &Figures) -> Vec<String> {
    let mut notes = Vec::new();
    if now.wasmtime != baseline.wasmtime {
        notes.push(format!(
            "the baseline is of wasmtime {}, this is {}: a version may count fuel otherwise",
            printable(&baseline.wasmtime, 40),
            now.wasmtime
        ));
    }
    let events = |these: &[SampleEvent], others: &[SampleEvent]| {
        only(these, others, |event| event.digest, |event| &event.name)
    };
    let policies = |these: &[PolicyFigures], others: &[PolicyFigures]| {
        only(these, others, |policy| policy.policy.clone(), |policy| policy.policy.as_str())
    };
    for (what, found) in [
        ("events that the baseline lacks", events(&now.events, &baseline.events)),
        ("events of the baseline alone", events(&baseline.events, &now.events)),
        ("policies that the baseline lacks", policies(&now.policies, &baseline.policies)),
        ("policies of the baseline alone", policies(&baseline.policies, &now.policies)),
    ] {
        notes.extend(found.map(|names| format!("{what}: {names}")));
    }
    notes
}

/// The names of those that the others lack, if there are any.
fn only<T, K: PartialEq>(
    these: &[T],
    others: &[T],
    key: impl Fn(&T) -> K,
    name: impl Fn(&T) -> &str,
) -> Option<String> {
    let lacking = these.iter().filter(|this| others.iter().all(|other| key(other) != key(this)));
    let lacking: Vec<&str> = lacking.map(name).collect();
    (!lacking.is_empty()).then(|| names(lacking.into_iter()))
}

/// A few names of somebody's file.
fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const MAX: usize = 5;
    let names: Vec<String> = names.map(|name| format!("`{}`", printable(name, 200))).collect();
    match names.len() {
        0..=MAX => names.join(", "),
        all => format!("{} and {} more", names[..MAX].join(", "), all - MAX),
    }
}
