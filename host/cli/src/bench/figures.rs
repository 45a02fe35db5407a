//! The measured figures, and their file format.

use crate::output::format::to_json;
use admit_core::{PolicyId, Size, printable};
use admit_engine::{Digest, read_regular_file};
use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::Path;

/// The measured figures, as `--format json` prints and `--save` writes them.
///
/// Fuel and memory are the same on every machine; times are not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Figures {
    /// Always [`FORMAT`].
    pub(super) format: String,
    /// The versions of `admit` and wasmtime that ran the policies.
    pub(super) admit: String,
    pub(super) wasmtime: String,
    /// The number of timed decisions.
    pub(super) samples: usize,
    /// The events; every list `fuel` has the same order.
    pub(super) events: Vec<SampleEvent>,
    /// The policies, in the manifest's order.
    pub(super) policies: Vec<PolicyFigures>,
    /// The whole decision: all policies together, and the host's own work.
    pub(super) decision: Step,
}

/// The name and the version of the file format.
pub(super) const FORMAT: &str = "admit bench 1";

/// A decided event, identified by its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SampleEvent {
    pub(super) name: String,
    pub(super) digest: Digest,
}

/// The cost of one policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct PolicyFigures {
    pub(super) policy: PolicyId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) component: Option<Digest>,
    /// The most memory that it used.
    pub(super) memory: Size,
    /// The cost of the instantiation and of `configure`.
    pub(super) configure: Step,
    /// The cost of `evaluate`.
    pub(super) evaluate: Step,
    /// The events on which it failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) failures: Vec<FailedEvent>,
}

/// The cost of one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Step {
    /// Units of fuel for each event, or `None` where the policy did not apply, or was interrupted
    /// before the engine had counted its fuel.
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

/// An event on which a policy failed, with the failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FailedEvent {
    pub(super) event: String,
    pub(super) failure: String,
}

/// The maximum size of a file with figures, in bytes.
pub(super) const MAX_FILE: u64 = 64 << 20;

impl Figures {
    /// Reads a file that `--save` wrote.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Figures> {
        let name = path.display();
        let bytes = read_regular_file(path, MAX_FILE)
            .with_context(|| format!("cannot read the baseline `{name}`"))?;
        Figures::from_json(&bytes)
            .with_context(|| format!("`{name}` is not a baseline from `admit bench --save`"))
    }

    pub(super) fn from_json(bytes: &[u8]) -> anyhow::Result<Figures> {
        let value: Value = serde_json::from_slice(bytes)?;
        match value["format"].as_str() {
            Some(FORMAT) => {}
            Some(other) => {
                let other = printable(other, 40);
                bail!("`format` must be `{FORMAT}`, got `{other}`")
            }
            None => bail!("missing `\"format\": \"{FORMAT}\"`"),
        }
        let figures: Figures = serde_json::from_value(value)?;
        let steps =
            figures.policies.iter().flat_map(|policy| [&policy.configure, &policy.evaluate]);
        let events = figures.events.len();
        if steps.chain([&figures.decision]).any(|step| step.fuel.len() != events) {
            bail!("the lists `fuel` and `events` must have the same length");
        }
        Ok(figures)
    }

    /// The content of the file that `--save` writes.
    pub(crate) fn to_json(&self) -> serde_json::Result<String> {
        to_json(self)
    }
}

impl Step {
    /// The most fuel of an event, or `None` if it is unknown for all.
    pub(super) fn max_fuel(&self) -> Option<u64> {
        self.fuel.iter().copied().flatten().max()
    }
}
