//! Configures policies for snapshots in child processes.

use crate::policy_set::{compile_job, compiled_cache};
use crate::process::child::{self, Allowance};
use admit_core::{Limits, Log, Policy};
use admit_engine::{Addresses, CompileCost, NoSnapshot, Snapshot, Snapshotted};
use serde::{Deserialize, Serialize};

/// The name of the job.
pub(crate) const NAME: &str = "snapshot";

/// The limits and the settings to configure a component with.
#[derive(Serialize, Deserialize)]
pub(crate) struct Question {
    limits: Limits,
    log: Log,
    settings: String,
}

/// The result of a snapshot, which precedes the component.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Answer {
    Taken {
        fuel: u64,
    },
    Resources,
    PolicyLog,
    Exceeds,
    Differs(String),
    /// Another reason, as a text.
    Other(String),
}

/// Takes the snapshot of a configured policy in a child process.
pub(crate) fn snapshot(component: &[u8], policy: &Policy) -> Result<Snapshotted, NoSnapshot> {
    let unsupported = |reason: &dyn ToString| NoSnapshot::Unsupported(reason.to_string());
    let cost = CompileCost::new(component).map_err(|refused| unsupported(&refused))?;
    let Policy { limits, log, settings, .. } = policy;
    let question = Question { limits: *limits, log: *log, settings: settings.to_json() };
    let asked = child::ask(NAME, &question, component, allowance(cost));
    let (answer, component) =
        asked.map_err(|none| NoSnapshot::Unsupported(format!("configuring it {none}")))?;
    Err(match answer {
        Answer::Taken { fuel } => {
            return Ok(Snapshotted { component, snapshot: Snapshot { fuel } });
        }
        Answer::Resources => NoSnapshot::Resources,
        Answer::PolicyLog => NoSnapshot::PolicyLog,
        Answer::Exceeds => NoSnapshot::Exceeds,
        Answer::Differs(how) => NoSnapshot::Differs(how),
        Answer::Other(words) => NoSnapshot::Unsupported(words),
    })
}

/// The work of the child process, which compiles the component within its own limits.
pub(crate) fn work(question: Question, component: Vec<u8>) -> (Answer, Vec<u8>) {
    let Question { limits, log, settings } = question;
    let taken = compiled_cache::engine_of_child(Addresses::Few)
        .map_err(|error| NoSnapshot::Unsupported(error.to_string()))
        .and_then(|engine| engine.snapshot(&component, (&limits, log), &settings));
    let answer = match taken {
        Ok(taken) => {
            return (Answer::Taken { fuel: taken.snapshot.fuel }, taken.component);
        }
        Err(NoSnapshot::Resources) => Answer::Resources,
        Err(NoSnapshot::PolicyLog) => Answer::PolicyLog,
        Err(NoSnapshot::Exceeds) => Answer::Exceeds,
        Err(NoSnapshot::Differs(how)) => Answer::Differs(how),
        Err(reason @ (NoSnapshot::Unsupported(_) | NoSnapshot::Failed(_))) => {
            Answer::Other(reason.to_string())
        }
    };
    (answer, Vec::new())
}

/// The limits for compiling a component, running it until its fuel is used up, and encoding its
/// memory.
fn allowance(cost: CompileCost) -> Allowance {
    let Allowance { seconds, memory } = compile_job::allowance(cost);
    let (running, memories) = (60, 8 * Limits::MAX.memory.bytes());
    Allowance { seconds: seconds + running, memory: memory + memories }
}
