//! What was measured, and the file that it is written to.

use crate::output::format::to_json;
use admit_core::{PolicyId, Size, printable};
use admit_engine::{Digest, read_regular_file};
use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::Path;

/// What was measured, as `--format json` prints it and `--save` writes it.
///
/// Fuel and memory are the same on every machine; times are of this one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Figures {
    /// Always [`FORMAT`].
    pub(super) format: String,
    /// The versions that ran the policies.
    pub(super) admit: String,
    pub(super) wasmtime: String,
    /// How many decisions were timed.
    pub(super) samples: usize,
    /// The events in turn; every list of `fuel` is in their order.
    pub(super) events: Vec<SampleEvent>,
    /// In the manifest's order.
    pub(super) policies: Vec<PolicyFigures>,
    /// The whole decision: all policies together, and what the host does itself.
    pub(super) decision: Step,
}

/// By what a file is known to hold figures.
pub(super) const FORMAT: &str = "admit bench 1";

/// An event that was decided, known by its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SampleEvent {
    pub(super) name: String,
    pub(super) digest: Digest,
}

/// What one policy costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct PolicyFigures {
    pub(super) policy: PolicyId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) component: Option<Digest>,
    /// The most that it held.
    pub(super) memory: Size,
    /// To instantiate it and hand it its settings.
    pub(super) configure: Step,
    /// To ask it for its verdict.
    pub(super) evaluate: Step,
    /// Where it gave no answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) failures: Vec<FailedEvent>,
}

/// What one step costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Step {
    /// Units of fuel for each event. None where the policy was not asked, or was cut off
    /// before the engine had counted them.
    pub(super) fuel: Vec<Option<u64>>,
    #[serde(flatten)]
    pub(super) times: Option<Times>,
}

/// Times on one machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Times {
    pub(super) median_nanoseconds: u64,
    pub(super) p99_nanoseconds: u64,
}

/// An event on which a policy gave no answer, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FailedEvent {
    pub(super) event: String,
    pub(super) failure: String,
}

/// The largest file of figures that is read.
pub(super) const MAX_FILE: u64 = 64 << 20;

impl Figures {
    /// Reads what `--save` wrote.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Figures> {
        let name = path.display();
        let bytes = read_regular_file(path, MAX_FILE)
            .with_context(|| format!("cannot read the baseline `{name}`"))?;
        Figures::from_json(&bytes)
            .with_context(|| format!("`{name}` is no baseline that `admit bench --save` wrote"))
    }

    pub(super) fn from_json(bytes: &[u8]) -> anyhow::Result<Figures> {
        let value: Value = serde_json::from_slice(bytes)?;
        match value["format"].as_str() {
            Some(FORMAT) => {}
            Some(other) => {
                let other = printable(other, 40);
                bail!("its format is `{other}`, and this is `{FORMAT}`")
            }
            None => bail!("it does not say `\"format\": \"{FORMAT}\"`"),
        }
        let figures: Figures = serde_json::from_value(value)?;
        let steps =
            figures.policies.iter().flat_map(|policy| [&policy.configure, &policy.evaluate]);
        let events = figures.events.len();
        if steps.chain([&figures.decision]).any(|step| step.fuel.len() != events) {
            bail!("a list of `fuel` is not as long as that of `events`");
        }
        Ok(figures)
    }

    /// What `--save` writes.
    pub(crate) fn to_json(&self) -> serde_json::Result<String> {
        to_json(self)
    }
}

impl Step {
    /// The most fuel that an event took, if any is known.
    pub(super) fn most(&self) -> Option<u64> {
        self.fuel.iter().copied().flatten().max()
    }
}
