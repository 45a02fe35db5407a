//! The rules of `admit check`.

use super::severity::Severity;
use serde::{Serialize, Serializer};

/// The rule that a finding violates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    AbstainsOnFailure,
    Budget,
    Case,
    Component,
    Configure,
    Contract,
    DenialUndeclared,
    FactsNotGranted,
    FactsUnused,
    ImportNotGranted,
    LinkUnverified,
    LookupTimeout,
    LookupUnused,
    Manifest,
    Metadata,
    Monitor,
    NoCases,
    NoMetadata,
    NoPolicy,
    NoPolicyDecides,
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

/// The description of a rule.
struct Description {
    rule: Rule,
    id: &'static str,
    severity: Severity,
    /// The requirement that a finding violates.
    requirement: &'static str,
    /// The reason for the rule, and the fix.
    help: &'static str,
}

impl Rule {
    /// Every rule, ordered by id.
    pub(crate) fn all() -> impl Iterator<Item = Rule> {
        DESCRIPTIONS.iter().map(|description| description.rule)
    }

    /// The stable id of the rule.
    pub(crate) fn id(self) -> &'static str {
        self.description().id
    }

    /// The severity of the rule's findings.
    pub(crate) fn severity(self) -> Severity {
        self.description().severity
    }

    /// The requirement that a finding violates.
    pub(crate) fn requirement(self) -> &'static str {
        self.description().requirement
    }

    /// The reason for the rule, and the fix.
    pub(crate) fn help(self) -> &'static str {
        self.description().help
    }

    fn description(self) -> &'static Description {
        // A test ensures that both have the same order.
        &DESCRIPTIONS[self as usize]
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

const DESCRIPTIONS: [Description; 29] = [
    Description {
        rule: Rule::AbstainsOnFailure,
        id: "abstains-on-failure",
        severity: Severity::Warning,
        requirement: "A policy that may deny also denies on failure",
        help: "With `on-failure = \"abstain\"`, a sign-up that makes the policy fail is not denied. \
               Use it only for policies that cannot deny.",
    },
    Description {
        rule: Rule::Budget,
        id: "budget",
        severity: Severity::Warning,
        requirement: "The budget covers the time limits of all policies that apply to a sign-up",
        help: "Each policy may use an equal share of the remaining budget, so a policy can be \
               stopped before its own limit if others use all of theirs. Raise `budget`, or lower \
               `limits.time`.",
    },
    Description {
        rule: Rule::Case,
        id: "case",
        severity: Severity::Error,
        requirement: "Every case of `cases.toml` passes",
        help: "`admit test` shows the verdict of each policy. Either the policy or the case is wrong.",
    },
    Description {
        rule: Rule::Component,
        id: "component",
        severity: Severity::Error,
        requirement: "Every component can be read, built and compiled",
        help: "A policy without a component fails on every sign-up.",
    },
    Description {
        rule: Rule::Configure,
        id: "configure",
        severity: Severity::Error,
        requirement: "Every policy can be configured within its limits",
        help: "A policy that fails in `configure` fails on every sign-up.",
    },
    Description {
        rule: Rule::Contract,
        id: "contract",
        severity: Severity::Error,
        requirement: "Every component implements the contract of this host",
        help: "A component must export `admit:policy/sign-up-policy` in the version and with the \
               types of the host. Build it with the SDK of this version.",
    },
    Description {
        rule: Rule::DenialUndeclared,
        id: "denial-undeclared",
        severity: Severity::Warning,
        requirement: "A policy declares every code that it denies with",
        help: "Operators look up the codes in the log. Declare the code and its meaning under \
               `[denials]` in `policy.toml`.",
    },
    Description {
        rule: Rule::FactsNotGranted,
        id: "facts-not-granted",
        severity: Severity::Error,
        requirement: "A policy receives every fact that it requests",
        help: "A policy that needs a fact which is not bound fails on every sign-up. Bind a look-up \
               of the requested kind in `facts`.",
    },
    Description {
        rule: Rule::FactsUnused,
        id: "facts-unused",
        severity: Severity::Error,
        requirement: "A policy receives only the facts that it requests",
        help: "Remove it from `facts`: a policy should not see data of other users that it does not \
               need, and the look-up takes time.",
    },
    Description {
        rule: Rule::ImportNotGranted,
        id: "import-not-granted",
        severity: Severity::Error,
        requirement: "A component imports only `admit:policy/log`",
        help: "A policy can write to the log and nothing else. A component with any other import is \
               rejected.",
    },
    Description {
        rule: Rule::LinkUnverified,
        id: "link-unverified",
        severity: Severity::Warning,
        requirement: "A policy that may link can see whether an address is verified",
        help: "A person who signs up with the unverified address of another one would take over the \
               account of that person.",
    },
    Description {
        rule: Rule::LookupTimeout,
        id: "lookup-timeout",
        severity: Severity::Warning,
        requirement: "Look-ups may take their whole time-out",
        help: "All look-ups together end after three quarters of `budget`, so that the policies \
               have time to decide. Raise `budget` (at most 4s), or lower `timeout`.",
    },
    Description {
        rule: Rule::LookupUnused,
        id: "lookup-unused",
        severity: Severity::Warning,
        requirement: "Every look-up is a fact of a policy",
        help: "A look-up that no policy needs is not made. Remove it, or bind it in `facts` of a \
               policy.",
    },
    Description {
        rule: Rule::Manifest,
        id: "manifest",
        severity: Severity::Error,
        requirement: "The manifest is valid",
        help: "An invalid manifest is not checked further.",
    },
    Description {
        rule: Rule::Metadata,
        id: "metadata",
        severity: Severity::Error,
        requirement: "The metadata of every policy is valid",
        help: "`admit build` embeds a valid `policy.toml` in the component. Invalid metadata was \
               modified, or created with other tools.",
    },
    Description {
        rule: Rule::Monitor,
        id: "monitor",
        severity: Severity::Note,
        requirement: "Every policy is enforced",
        help: "A policy in mode `monitor` is evaluated and recorded, but does not change any answer.",
    },
    Description {
        rule: Rule::NoCases,
        id: "no-cases",
        severity: Severity::Note,
        requirement: "Policies and manifests have test cases",
        help: "Write sign-ups and their expected results into `cases.toml`.",
    },
    Description {
        rule: Rule::NoMetadata,
        id: "no-metadata",
        severity: Severity::Note,
        requirement: "Every policy has metadata",
        help: "Without a `policy.toml`, grants cannot be compared with requests, and settings cannot \
               be validated.",
    },
    Description {
        rule: Rule::NoPolicy,
        id: "no-policy",
        severity: Severity::Error,
        requirement: "The manifest has a policy",
        help: "Without policies, every sign-up is admitted. If that is intended, add \
               `when-no-policy-applies = \"admit\"`.",
    },
    Description {
        rule: Rule::NoPolicyDecides,
        id: "no-policy-decides",
        severity: Severity::Warning,
        requirement: "At least one policy is enforced",
        help: "If every policy only monitors, every sign-up is admitted.",
    },
    Description {
        rule: Rule::ReadsNotGranted,
        id: "reads-not-granted",
        severity: Severity::Error,
        requirement: "A policy can see everything that it requests",
        help: "A member that is not granted is absent, as if it were not in the sign-up: the policy \
               decides wrongly and without an error. Grant it in `reads`, or remove the request.",
    },
    Description {
        rule: Rule::ReadsUnused,
        id: "reads-unused",
        severity: Severity::Error,
        requirement: "A policy can see only what it requests",
        help: "Remove it from `reads`: a policy should not see personal data that it does not need.",
    },
    Description {
        rule: Rule::Settings,
        id: "settings",
        severity: Severity::Error,
        requirement: "Every policy accepts its settings",
        help: "A policy whose `configure` rejects its settings fails on every sign-up.",
    },
    Description {
        rule: Rule::SettingsSchema,
        id: "settings-schema",
        severity: Severity::Error,
        requirement: "Settings are valid against the policy's JSON Schema",
        help: "`admit inspect` shows the settings that a policy takes.",
    },
    Description {
        rule: Rule::SettingsUntried,
        id: "settings-untried",
        severity: Severity::Note,
        requirement: "A single policy is checked with the settings that it needs",
        help: "Pass its settings with --settings or in its `cases.toml`, or check a manifest that \
               has them.",
    },
    Description {
        rule: Rule::Uncovered,
        id: "uncovered",
        severity: Severity::Warning,
        requirement: "If a policy may deny, one that may deny applies to every sign-up",
        help: "A sign-up outside the `applies-to` of all policies that may deny cannot be denied by \
               any of them. Set `when-no-policy-applies = \"deny\"`, or extend `applies-to`.",
    },
    Description {
        rule: Rule::UnknownTrigger,
        id: "unknown-trigger",
        severity: Severity::Warning,
        requirement: "Every trigger in `applies-to` is known",
        help: "A policy is never evaluated for a trigger that does not exist.",
    },
    Description {
        rule: Rule::VerdictsNotGranted,
        id: "verdicts-not-granted",
        severity: Severity::Error,
        requirement: "A policy may give every verdict that it requests",
        help: "A verdict that is not granted is recorded, but does not count. Grant it in \
               `verdicts`, or remove the request.",
    },
    Description {
        rule: Rule::VerdictsUnused,
        id: "verdicts-unused",
        severity: Severity::Error,
        requirement: "A policy may give only the verdicts that it requests",
        help: "Remove it from `verdicts`: another component that replaces this one could use it.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_have_the_order_of_the_rules() {
        for (index, description) in DESCRIPTIONS.iter().enumerate() {
            assert_eq!(description.rule as usize, index, "{}", description.id);
            assert_eq!(description.rule.id(), description.id);
        }
        assert!(DESCRIPTIONS.is_sorted_by_key(|description| description.id));
    }
}
