//! The rules of `admit check`.

use super::severity::Severity;
use serde::{Serialize, Serializer};

/// What a finding is a case of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    AbstainsOnFailure,
    Budget,
    Case,
    Component,
    Configure,
    Contract,
    DenialUndeclared,
    ImportNotGranted,
    Manifest,
    Metadata,
    Monitor,
    NoCases,
    NoMetadata,
    NoPolicy,
    NobodyDecides,
    ReadsNotGranted,
    ReadsUnused,
    Settings,
    SettingsSchema,
    SettingsUntried,
    Uncovered,
    UnknownTrigger,
    VerdictsNotGranted,
    VerdictsUnused,
}

/// What is said of a rule, whatever was found.
struct Description {
    rule: Rule,
    id: &'static str,
    severity: Severity,
    /// What holds where there is no such finding.
    holds: &'static str,
    /// Why that matters, and what to do.
    help: &'static str,
}

impl Rule {
    /// Every rule, by its id.
    pub(crate) fn all() -> impl Iterator<Item = Rule> {
        DESCRIPTIONS.iter().map(|description| description.rule)
    }

    /// Its stable name, for machines and people.
    pub(crate) fn id(self) -> &'static str {
        self.description().id
    }

    /// How much its findings matter.
    pub(crate) fn severity(self) -> Severity {
        self.description().severity
    }

    /// What holds where there is no such finding.
    pub(crate) fn holds(self) -> &'static str {
        self.description().holds
    }

    /// Why that matters, and what to do.
    pub(crate) fn help(self) -> &'static str {
        self.description().help
    }

    fn description(self) -> &'static Description {
        // In the order of the cases, which a test looks after.
        &DESCRIPTIONS[self as usize]
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

const DESCRIPTIONS: [Description; 24] = [
    Description {
        rule: Rule::AbstainsOnFailure,
        id: "abstains-on-failure",
        severity: Severity::Warning,
        holds: "A policy that may deny denies where it gives no answer",
        help: "With `on-failure = \"abstain\"`, whoever makes the policy fail gets past it. Keep \
               that for policies that only grant.",
    },
    Description {
        rule: Rule::Budget,
        id: "budget",
        severity: Severity::Warning,
        holds: "The budget has room for every policy's own limit on time",
        help: "Each policy may use an equal share of what is left of the budget, so that one can be \
               stopped before its own limit where others use all of theirs. Raise `budget`, or \
               lower `limits.time`.",
    },
    Description {
        rule: Rule::Case,
        id: "case",
        severity: Severity::Error,
        holds: "Every case of `cases.toml` goes as it expects",
        help: "`admit test` shows what each policy said. Either the policy or the case is wrong.",
    },
    Description {
        rule: Rule::Component,
        id: "component",
        severity: Severity::Error,
        holds: "Every component can be read, built and compiled",
        help: "A policy without a component fails on every sign-up.",
    },
    Description {
        rule: Rule::Configure,
        id: "configure",
        severity: Severity::Error,
        holds: "Every policy can be set up under its limits",
        help: "A policy that fails in `configure` fails on every sign-up.",
    },
    Description {
        rule: Rule::Contract,
        id: "contract",
        severity: Severity::Error,
        holds: "Every component speaks the contract of this host",
        help: "A component exports `admit:policy/sign-up-policy` in the version and with the types \
               that the host knows. Build it with the SDK of this version.",
    },
    Description {
        rule: Rule::DenialUndeclared,
        id: "denial-undeclared",
        severity: Severity::Warning,
        holds: "A policy names every code that it denies with",
        help: "Who reads the log looks up there what a code means. Name it under `[denials]` in \
               `policy.toml`, with its meaning.",
    },
    Description {
        rule: Rule::ImportNotGranted,
        id: "import-not-granted",
        severity: Severity::Error,
        holds: "No component imports anything but what every policy is granted",
        help: "A policy may write to the log and can do nothing else. Whatever more it imports is \
               refused.",
    },
    Description {
        rule: Rule::Manifest,
        id: "manifest",
        severity: Severity::Error,
        holds: "The manifest is valid",
        help: "Nothing else is looked at before it is.",
    },
    Description {
        rule: Rule::Metadata,
        id: "metadata",
        severity: Severity::Error,
        holds: "What a policy says of itself can be read",
        help: "`admit build` embeds `policy.toml` in the component. One that says something else \
               was changed, or made by other tools.",
    },
    Description {
        rule: Rule::Monitor,
        id: "monitor",
        severity: Severity::Note,
        holds: "Every policy counts",
        help: "A policy in mode `monitor` is evaluated and recorded, and changes no answer.",
    },
    Description {
        rule: Rule::NoCases,
        id: "no-cases",
        severity: Severity::Note,
        holds: "There are cases to test it by",
        help: "Write some sign-ups, and what is to become of them, into `cases.toml`.",
    },
    Description {
        rule: Rule::NoMetadata,
        id: "no-metadata",
        severity: Severity::Note,
        holds: "Every policy says what it is and what it asks for",
        help: "Without a `policy.toml` nobody can tell whether a policy is granted too little or \
               too much, or whether its settings are right.",
    },
    Description {
        rule: Rule::NoPolicy,
        id: "no-policy",
        severity: Severity::Error,
        holds: "The manifest names a policy",
        help: "Without one, every sign-up is admitted. Say `when-no-policy-applies = \"admit\"` if that \
               is wanted.",
    },
    Description {
        rule: Rule::NobodyDecides,
        id: "nobody-decides",
        severity: Severity::Warning,
        holds: "A policy is enforced",
        help: "Where every policy only monitors, everybody is admitted.",
    },
    Description {
        rule: Rule::ReadsNotGranted,
        id: "reads-not-granted",
        severity: Severity::Error,
        holds: "A policy sees all that it asks for",
        help: "What is not granted is absent for a policy, as if the person had left it out: it \
               decides without an error, and wrongly. Grant it in `reads`, or have the policy not \
               ask.",
    },
    Description {
        rule: Rule::ReadsUnused,
        id: "reads-unused",
        severity: Severity::Error,
        holds: "A policy sees nothing that it does not ask for",
        help: "Take it out of `reads`: nobody should see of a person what they do not need.",
    },
    Description {
        rule: Rule::Settings,
        id: "settings",
        severity: Severity::Error,
        holds: "Every policy accepts its settings",
        help: "A policy whose `configure` refuses its settings fails on every sign-up.",
    },
    Description {
        rule: Rule::SettingsSchema,
        id: "settings-schema",
        severity: Severity::Error,
        holds: "Settings are as the policy's own JSON Schema says",
        help: "`admit inspect` shows which settings a policy takes.",
    },
    Description {
        rule: Rule::SettingsUntried,
        id: "settings-untried",
        severity: Severity::Note,
        holds: "A policy that is checked alone is set up with settings",
        help: "It needs settings: give some with --settings or in its `cases.toml`, or check a \
               manifest that has them.",
    },
    Description {
        rule: Rule::Uncovered,
        id: "uncovered",
        severity: Severity::Warning,
        holds: "A policy that may deny is asked about every sign-up, or none is admitted unasked",
        help: "Where some policies may deny, a sign-up outside of their `applies-to` is admitted \
               without being asked about. Say `when-no-policy-applies = \"deny\"`, or widen \
               `applies-to`.",
    },
    Description {
        rule: Rule::UnknownTrigger,
        id: "unknown-trigger",
        severity: Severity::Warning,
        holds: "Cognito is known to send every trigger that a policy waits for",
        help: "A policy is never asked about a trigger that does not exist.",
    },
    Description {
        rule: Rule::VerdictsNotGranted,
        id: "verdicts-not-granted",
        severity: Severity::Error,
        holds: "A policy may decide all that it asks for",
        help: "A verdict that is not granted is recorded and not counted. Grant it in `verdicts`, \
               or have the policy not ask.",
    },
    Description {
        rule: Rule::VerdictsUnused,
        id: "verdicts-unused",
        severity: Severity::Error,
        holds: "A policy may decide nothing that it does not ask for",
        help: "Take it out of `verdicts`: should the component be replaced by another, that one \
               could use it.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_description() {
        for (index, description) in DESCRIPTIONS.iter().enumerate() {
            assert_eq!(description.rule as usize, index, "{}", description.id);
            assert_eq!(description.rule.id(), description.id);
        }
        assert!(DESCRIPTIONS.is_sorted_by_key(|description| description.id));
    }
}
