//! The ways in which a policy gives no answer.

use crate::quantity::{Size, Time, grouped};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeMap};
use std::fmt;

/// The one sentence that a person signing up sees when a policy gave no answer.
pub const FAILURE_MESSAGE: &str = "The sign-up could not be checked, please try again later";

/// Everything that is not an answer. Its text is for authors and operators, never for
/// the person signing up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The component could not be loaded, with the host's reason.
    NotLoaded(String),
    /// `configure` refused the settings, with the policy's words if they are kept.
    SettingsRefused(String),
    /// `evaluate` could not decide, with the policy's words if they are kept.
    Undecided(String),
    /// The guest crashed, with the engine's word for how.
    Trap {
        /// Where it was.
        phase: Phase,
        /// The engine's word.
        trap: String,
    },
    /// The policy ran longer than its limit.
    Deadline {
        /// Where it was.
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
        /// Where it was.
        phase: Phase,
        /// The limit.
        fuel: u64,
    },
    /// The policy wanted more memory than its limit.
    Memory {
        /// Where it was.
        phase: Phase,
        /// The limit.
        memory: Size,
    },
    /// The policy wanted more of something that is counted than its limits allow, with
    /// what that was.
    Resources {
        /// Where it was.
        phase: Phase,
        /// What it wanted, and which limit that is.
        reason: String,
    },
    /// What came back is no value of the contract or larger than its limit, with the
    /// engine's reason.
    Malformed {
        /// Where it was.
        phase: Phase,
        /// What one call may hand to the host, which is refused before it is read.
        host_call: Size,
        /// How many handles of resources may live at once.
        handles: u32,
        /// The engine's reason.
        reason: String,
    },
    /// The host itself failed while this policy ran.
    Host(String),
}

/// What a policy was doing when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// The instance was being made.
    Instantiate,
    /// `configure` ran.
    Configure,
    /// `evaluate` ran.
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

/// The stable word for a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "named as the cases of `Failure`")]
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
            FailureKind::Host => "host",
        })
    }
}

impl Failure {
    /// The stable word for it, for logs and metrics.
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
            Failure::Host(_) => FailureKind::Host,
        }
    }

    /// What the policy was doing, where that is known.
    pub fn phase(&self) -> Option<Phase> {
        match self {
            Failure::NotLoaded(_) | Failure::Budget { .. } | Failure::Host(_) => None,
            Failure::SettingsRefused(_) => Some(Phase::Configure),
            Failure::Undecided(_) => Some(Phase::Evaluate),
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
            Failure::SettingsRefused(words) => {
                write!(f, "`configure` refuses the settings{}", Words(words))
            }
            Failure::Undecided(words) => write!(f, "`evaluate` could not decide{}", Words(words)),
            Failure::Trap { phase, trap } => write!(f, "crashed in `{phase}`: {trap}"),
            Failure::Deadline { phase, time } => {
                write!(f, "stopped after {time} in `{phase}`; `limits.time` allows no more")
            }
            Failure::Budget { budget } => write!(
                f,
                "stopped when its share of the whole decision's time was used up; all policies \
                 together have {budget}, the least of `budget` and what Lambda has left"
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
                "wanted more than {memory} of memory in `{phase}`; `limits.memory` allows no more"
            ),
            Failure::Resources { phase, reason } => {
                write!(f, "wanted too much in `{phase}`: {reason}")
            }
            Failure::Malformed { phase, host_call, handles, reason } => write!(
                f,
                "`{phase}` gave no value of the contract, or more than {host_call} \
                 (`limits.host-call`) or {handles} handles (`limits.handles`): {reason}"
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

/// The words of a policy, of which there are none where the manifest discards them.
struct Words<'a>(&'a str);

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            "" => Ok(()),
            words => write!(f, ": {words}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fuel_is_readable() {
        let failure = Failure::Fuel { phase: Phase::Evaluate, fuel: 50_000_000 };
        assert_eq!(
            failure.to_string(),
            "stopped after 50,000,000 units of fuel in `evaluate`; `limits.fuel` allows no more"
        );
    }
}
