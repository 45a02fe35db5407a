//! One policy of a manifest.

use crate::id::{LookupName, PolicyId, Role};
use crate::limits::Limits;
use crate::permissions::Permissions;
use crate::reads::Reads;
use crate::settings::Settings;
use crate::sign_up::SignUp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// One entry of the manifest: a component, what it may see and decide, and its limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The name of the policy in every record.
    pub id: PolicyId,
    /// The path of its component, as written in the manifest.
    pub component: String,
    /// The parts of a sign-up that it may see.
    pub reads: Reads,
    /// The results of look-ups that it receives, each by the role that the policy knows.
    pub facts: BTreeMap<Role, LookupName>,
    /// The terms on which it takes part in the merge.
    pub terms: Terms,
    /// The sign-ups for which it is evaluated.
    pub applies_to: Scope,
    /// The limits of one evaluation.
    pub limits: Limits,
    /// Whether the text that it chooses is kept.
    pub log: Log,
    /// The settings that `configure` receives.
    pub settings: Settings,
}

/// The terms on which a policy takes part in the merge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// The permissions of the policy.
    pub verdicts: Permissions,
    /// Whether the policy is enforced or only monitors.
    pub mode: Mode,
    /// The effect of a failure of the policy.
    pub on_failure: OnFailure,
}

/// Whether a policy is enforced or only monitors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The policy is evaluated and recorded, and its opinion counts.
    #[default]
    Enforce,
    /// The policy is evaluated and recorded, but its opinion never counts.
    Monitor,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Mode::Enforce => "enforce",
            Mode::Monitor => "monitor",
        })
    }
}

/// The effect of a policy's failure on the sign-up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnFailure {
    /// The sign-up is denied, regardless of the policy's permissions.
    #[default]
    Deny,
    /// The policy counts as abstaining.
    Abstain,
}

/// Whether a sign-up to which no enforced policy applies is admitted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhenNoPolicyApplies {
    /// The sign-up is admitted with no flag set, as Cognito does without a trigger.
    #[default]
    Admit,
    /// The sign-up is denied.
    Deny,
}

/// Whether the text that a policy chooses is kept: its log entries, the codes of its denials, and
/// its error messages. Such text may contain anything that the policy may see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Log {
    /// The text is kept, up to the policy's limits.
    #[default]
    Record,
    /// The text is discarded. The message of a denial still reaches the person signing up.
    Discard,
}

/// The sign-ups for which a policy is evaluated. An empty list matches all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Trigger sources, as Cognito names them.
    pub triggers: Vec<String>,
    /// User pools.
    pub user_pools: Vec<String>,
    /// App clients.
    pub clients: Vec<String>,
}

impl Scope {
    /// Returns whether the scope contains every sign-up.
    pub fn is_everything(&self) -> bool {
        self.triggers.is_empty() && self.user_pools.is_empty() && self.clients.is_empty()
    }

    /// Returns whether the scope contains a sign-up.
    pub fn contains(&self, sign_up: &SignUp<'_>) -> bool {
        let within =
            |list: &[String], word: &str| list.is_empty() || list.iter().any(|w| w == word);
        within(&self.triggers, &sign_up.trigger_source)
            && within(&self.user_pools, &sign_up.user_pool_id)
            && within(&self.clients, &sign_up.client_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_contains_a_sign_up_that_matches_each_of_its_lists() {
        let sign_up = SignUp {
            trigger_source: "PreSignUp_SignUp".into(),
            user_pool_id: "pool".into(),
            client_id: "client".into(),
            ..SignUp::default()
        };
        let list = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        let check = |triggers: &[&str], user_pools: &[&str], clients: &[&str], inside: bool| {
            let scope = Scope {
                triggers: list(triggers),
                user_pools: list(user_pools),
                clients: list(clients),
            };
            assert_eq!(scope.contains(&sign_up), inside, "{scope:?}");
        };
        check(&[], &[], &[], true);
        check(&["PreSignUp_SignUp"], &["other", "pool"], &["client"], true);
        check(&["PreSignUp_AdminCreateUser"], &[], &[], false);
        check(&[], &["other"], &[], false);
        check(&[], &["pool"], &["other"], false);
    }
}
