//! Compares measured figures with those of a baseline.

use super::figures::{Figures, PolicyFigures, SampleEvent, Step, Times};
use crate::output::format::to_json;
use admit_core::{PolicyId, grouped, printable};
use anyhow::bail;
use serde::Serialize;

/// The changes from a baseline, and the regressions among them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Comparison {
    /// The versions of `admit` and wasmtime that measured the baseline.
    admit: String,
    wasmtime: String,
    /// The increase in fuel that is not a regression, in percent.
    max_regression: f64,
    /// The policies in both, in the order of the current figures.
    pub(super) policies: Vec<PolicyChange>,
    /// The whole decision, even if the policies differ.
    pub(super) decision: StepChange,
    /// The larger increases in fuel.
    pub(super) regressions: Vec<Regression>,
    /// The limitations of the comparison.
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
    /// The most fuel of an event, among the events in both.
    pub(super) fuel: Option<Change>,
    /// The times of the baseline.
    #[serde(flatten)]
    pub(super) times: Option<Times>,
}

/// A figure and its value in the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Change {
    pub(super) now: u64,
    pub(super) was: u64,
    pub(super) percent: f64,
}

/// An increase in fuel beyond the permitted one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Regression {
    pub(super) policy: PolicyId,
    pub(super) step: &'static str,
    /// The event, for `evaluate`, whose cost depends on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) event: Option<String>,
    #[serde(flatten)]
    pub(super) fuel: Increase,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Increase {
    Known(Change),
    /// The policy was interrupted before its fuel was counted.
    Unknown {
        was: u64,
    },
}

impl Change {
    fn new(now: u64, was: u64) -> Change {
        #[expect(clippy::cast_precision_loss, reason = "a percentage is rounded anyway")]
        let percent = match (now, was) {
            (now, was) if now == was => 0.0,
            // An increase from 0 has no percentage.
            (_, 0) => 100.0,
            (now, was) => (now as f64 - was as f64) * 100.0 / was as f64,
        };
        Change { now, was, percent }
    }
}

impl Comparison {
    /// The figures in JSON, with this comparison.
    pub(crate) fn to_json_with(&self, figures: &Figures) -> serde_json::Result<String> {
        #[derive(Serialize)]
        struct Compared<'a> {
            #[serde(flatten)]
            figures: &'a Figures,
            comparison: &'a Comparison,
        }

        to_json(&Compared { figures, comparison: self })
    }

    /// Compares figures with a baseline. Fails if they have no events or no policies in common.
    pub(crate) fn new(
        now: &Figures,
        baseline: &Figures,
        max_regression: f64,
    ) -> anyhow::Result<Comparison> {
        let pairs = Pairs::new(&now.events, &baseline.events);
        if pairs.0.is_empty() {
            let names = names(baseline.events.iter().map(|event| event.name.as_str()));
            bail!("the baseline has other events, {names}: specify the same ones with --event");
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
            bail!("the baseline has other policies, {names}");
        }
        Ok(comparison)
    }

    /// Whether there is a regression.
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
        // The cost of `configure` does not depend on the event.
        if let Some(change) = configure.fuel.filter(|change| change.percent > self.max_regression) {
            self.regressions.push(regression("configure", None, Increase::Known(change)));
        }
        for (here, there) in &pairs.0 {
            let Some(was) = was.evaluate.fuel[*there] else { continue };
            let event = &now.events[*here].name;
            let increase = match policy.evaluate.fuel[*here] {
                Some(now) => Some(Change::new(now, was))
                    .filter(|change| change.percent > self.max_regression)
                    .map(Increase::Known),
                None => {
                    let has_failed = policy.failures.iter().any(|failed| failed.event == *event);
                    has_failed.then_some(Increase::Unknown { was })
                }
            };
            let found = increase.map(|fuel| regression("evaluate", Some(event.clone()), fuel));
            self.regressions.extend(found);
        }
        let memory = Change::new(policy.memory.bytes(), was.memory.bytes());
        let policy = policy.policy.clone();
        self.policies.push(PolicyChange { policy, memory, configure, evaluate });
    }

    /// The result, after a line for each step of a policy with a regression.
    pub(super) fn conclusion(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        for group in self.regressions.chunk_by(|a, b| (&a.policy, a.step) == (&b.policy, b.step)) {
            let worst = group.iter().max_by(|a, b| a.fuel.percent().total_cmp(&b.fuel.percent()));
            let Some(Regression { policy, step, event, fuel }) = worst else { continue };
            let mut line = format!("{policy}: {step} takes {}", fuel.describe());
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

impl Increase {
    fn percent(self) -> f64 {
        match self {
            Increase::Known(change) => change.percent,
            Increase::Unknown { .. } => f64::INFINITY,
        }
    }

    fn describe(self) -> String {
        match self {
            Increase::Known(Change { now, was, percent }) => {
                format!("{} units of fuel, {percent:.1} % more than {}", grouped(now), grouped(was))
            }
            Increase::Unknown { was } => format!(
                "an unknown amount of fuel because it fails, and took {} before",
                grouped(was)
            ),
        }
    }
}

/// The indices of the events in both.
struct Pairs(Vec<(usize, usize)>);

impl Pairs {
    fn new(now: &[SampleEvent], baseline: &[SampleEvent]) -> Pairs {
        let there =
            |event: &SampleEvent| baseline.iter().position(|was| was.digest == event.digest);
        let pairs = now.iter().enumerate().filter_map(|(here, event)| Some((here, there(event)?)));
        Pairs(pairs.collect())
    }

    fn change(&self, now: &Step, was: &Step) -> StepChange {
        let fuel = self.max_fuel(now, was).map(|(now, was)| Change::new(now, was));
        StepChange { fuel, times: was.times }
    }

    /// The most fuel of an event, now and in the baseline, among the events with known fuel in both.
    fn max_fuel(&self, now: &Step, was: &Step) -> Option<(u64, u64)> {
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

/// The limitations of a comparison.
fn notes(now: &Figures, baseline: &Figures) -> Vec<String> {
    let mut notes = Vec::new();
    if now.wasmtime != baseline.wasmtime {
        notes.push(format!(
            "the baseline is from wasmtime {}, this is {}: versions may count fuel differently",
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
        ("events that are not in the baseline", events(&now.events, &baseline.events)),
        ("events only in the baseline", events(&baseline.events, &now.events)),
        ("policies that are not in the baseline", policies(&now.policies, &baseline.policies)),
        ("policies only in the baseline", policies(&baseline.policies, &now.policies)),
    ] {
        notes.extend(found.map(|names| format!("{what}: {names}")));
    }
    notes
}

/// The names of the items that are not among the others, if there are any.
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

/// Quotes the first names of a list, which may come from an untrusted file.
fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const MAX: usize = 5;
    let names: Vec<String> = names.map(|name| format!("`{}`", printable(name, 200))).collect();
    match names.len() {
        0..=MAX => names.join(", "),
        all => format!("{} and {} more", names[..MAX].join(", "), all - MAX),
    }
}
