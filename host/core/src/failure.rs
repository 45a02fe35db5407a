//! The ways in which the evaluation of a policy can fail.

use crate::id::{LookupName, Role};
use crate::quantity::{Size, Time, grouped};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeMap};
use std::fmt;

/// The message that a person signing up sees when a policy fails.
pub const FAILURE_MESSAGE: &str = "The sign-up could not be checked, please try again later";

/// A failure to evaluate a policy.
///
/// Its text is for authors and operators, never for the person signing up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The component could not be loaded, with the host's reason.
    NotLoaded(String),
    /// `configure` refused the settings, with the policy's message if the manifest keeps it.
    SettingsRefused(String),
    /// `evaluate` could not decide, with the policy's message if the manifest keeps it.
    Undecided(String),
    /// The guest trapped.
    Trap {
        /// The step that the policy was executing.
        phase: Phase,
        /// The engine's description of the trap.
        trap: String,
    },
    /// The policy ran longer than its limit.
    Deadline {
        /// The step that the policy was executing.
        phase: Phase,
        /// The limit.
        time: Time,
    },
    /// The policy used up its share of the time for the whole decision.
    Budget {
        /// The budget of the whole decision, in effect for this sign-up.
        budget: Time,
    },
    /// The policy used all its fuel.
    Fuel {
        /// The step that the policy was executing.
        phase: Phase,
        /// The limit.
        fuel: u64,
    },
    /// The policy needed more memory than its limit.
    Memory {
        /// The step that the policy was executing.
        phase: Phase,
        /// The limit.
        memory: Size,
    },
    /// The policy exceeded a limit on the number of memories, tables, instances or table elements.
    Resources {
        /// The step that the policy was executing.
        phase: Phase,
        /// The resource, and the limit that it exceeded.
        reason: String,
    },
    /// The policy returned a value that does not conform to the contract or exceeds a limit.
    Malformed {
        /// The step that the policy was executing.
        phase: Phase,
        /// The maximum size of what one call may pass to the host, checked before it is read.
        host_call: Size,
        /// The maximum number of resource handles that may exist at the same time.
        handles: u32,
        /// The engine's reason.
        reason: String,
    },
    /// A look-up that the policy needs was not made.
    NoFact {
        /// The role in which the policy needs it.
        role: Role,
        /// The look-up.
        lookup: LookupName,
    },
    /// The verdict links to a user that none of the policy's facts contains.
    UnknownUser,
    /// The host itself failed while this policy ran.
    Host(String),
}

/// The step that a policy was executing when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// The component was being instantiated.
    Instantiate,
    /// `configure` was running.
    Configure,
    /// `evaluate` was running.
    Evaluate,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Instantiate => "instantiate",
            Phase::Configure => "configure",
            Phase::Evaluate => "evaluate",
        })
    }
}

/// The stable name of a kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "named like the variants of `Failure`")]
pub enum FailureKind {
    NotLoaded,
    SettingsRefused,
    Undecided,
    Trap,
    Deadline,
    Budget,
    Fuel,
    Memory,
    Resources,
    Malformed,
    NoFact,
    UnknownUser,
    Host,
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FailureKind::NotLoaded => "not-loaded",
            FailureKind::SettingsRefused => "settings-refused",
            FailureKind::Undecided => "undecided",
            FailureKind::Trap => "trap",
            FailureKind::Deadline => "deadline",
            FailureKind::Budget => "budget",
            FailureKind::Fuel => "fuel",
            FailureKind::Memory => "memory",
            FailureKind::Resources => "resources",
            FailureKind::Malformed => "malformed",
            FailureKind::NoFact => "no-fact",
            FailureKind::UnknownUser => "unknown-user",
            FailureKind::Host => "host",
        })
    }
}

impl Failure {
    /// Returns the kind of the failure, for logs and metrics.
    pub fn kind(&self) -> FailureKind {
        match self {
            Failure::NotLoaded(_) => FailureKind::NotLoaded,
            Failure::SettingsRefused(_) => FailureKind::SettingsRefused,
            Failure::Undecided(_) => FailureKind::Undecided,
            Failure::Trap { .. } => FailureKind::Trap,
            Failure::Deadline { .. } => FailureKind::Deadline,
            Failure::Budget { .. } => FailureKind::Budget,
            Failure::Fuel { .. } => FailureKind::Fuel,
            Failure::Memory { .. } => FailureKind::Memory,
            Failure::Resources { .. } => FailureKind::Resources,
            Failure::Malformed { .. } => FailureKind::Malformed,
            Failure::NoFact { .. } => FailureKind::NoFact,
            Failure::UnknownUser => FailureKind::UnknownUser,
            Failure::Host(_) => FailureKind::Host,
        }
    }

    /// Returns the step that the policy was executing, if it is known.
    pub fn phase(&self) -> Option<Phase> {
        match self {
            Failure::NotLoaded(_)
            | Failure::Budget { .. }
            | Failure::NoFact { .. }
            | Failure::Host(_) => None,
            Failure::SettingsRefused(_) => Some(Phase::Configure),
            Failure::Undecided(_) | Failure::UnknownUser => Some(Phase::Evaluate),
            Failure::Trap { phase, .. }
            | Failure::Deadline { phase, .. }
            | Failure::Fuel { phase, .. }
            | Failure::Memory { phase, .. }
            | Failure::Resources { phase, .. }
            | Failure::Malformed { phase, .. } => Some(*phase),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::NotLoaded(reason) => write!(f, "not loaded: {reason}"),
            Failure::SettingsRefused(message) => {
                write!(f, "`configure` refuses the settings{}", Suffix(message))
            }
            Failure::Undecided(message) => {
                write!(f, "`evaluate` could not decide{}", Suffix(message))
            }
            Failure::Trap { phase, trap } => write!(f, "crashed in `{phase}`: {trap}"),
            Failure::Deadline { phase, time } => {
                write!(f, "stopped after {time} in `{phase}`; `limits.time` allows no more")
            }
            Failure::Budget { budget } => write!(
                f,
                "stopped when it had used its share of the time for the decision; all policies \
                 together have {budget}, the smaller of `budget` and the time that Lambda has left"
            ),
            Failure::Fuel { phase, fuel } => {
                let fuel = grouped(*fuel);
                write!(
                    f,
                    "stopped after {fuel} units of fuel in `{phase}`; `limits.fuel` allows no more"
                )
            }
            Failure::Memory { phase, memory } => write!(
                f,
                "needed more than {memory} of memory in `{phase}`; `limits.memory` allows no more"
            ),
            Failure::Resources { phase, reason } => {
                write!(f, "exceeded a limit in `{phase}`: {reason}")
            }
            Failure::Malformed { phase, host_call, handles, reason } => write!(
                f,
                "`{phase}` returned a malformed value, or one over {host_call} \
                 (`limits.host-call`) or {handles} handles (`limits.handles`): {reason}"
            ),
            Failure::NoFact { role, lookup } => {
                write!(f, "needs the fact `{role}`, but the look-up `{lookup}` was not made")
            }
            Failure::UnknownUser => f.write_str(
                "links to a user that none of its facts contains: name a user of a fact that the \
                 manifest grants to the policy",
            ),
            Failure::Host(reason) => write!(f, "the host failed: {reason}"),
        }
    }
}

impl std::error::Error for Failure {}

impl Serialize for Failure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", &self.kind())?;
        if let Some(phase) = self.phase() {
            map.serialize_entry("phase", &phase)?;
        }
        map.serialize_entry("reason", &self.to_string())?;
        map.end()
    }
}

/// The message of a policy, empty if the manifest discards it.
struct Suffix<'a>(&'a str);

impl fmt::Display for Suffix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            "" => Ok(()),
            message => write!(f, ": {message}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fuel_is_displayed_with_grouped_digits() {
        let failure = Failure::Fuel { phase: Phase::Evaluate, fuel: 50_000_000 };
        assert_eq!(
            failure.to_string(),
            "stopped after 50,000,000 units of fuel in `evaluate`; `limits.fuel` allows no more"
        );
    }
}
