//! One policy of a manifest.

use crate::limits::Limits;
use crate::permissions::Permissions;
use crate::reads::Reads;
use crate::settings::Settings;
use crate::sign_up::SignUp;
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;
use std::sync::Arc;
use thiserror::Error;

/// One entry of the manifest: a component, what it may see and decide, and its limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its name in every record.
    pub id: PolicyId,
    /// Where its component is, as the manifest writes it.
    pub component: String,
    /// What it may see.
    pub reads: Reads,
    /// On what terms it takes part in the merge.
    pub terms: Terms,
    /// Which sign-ups it is asked about.
    pub applies_to: Scope,
    /// What one evaluation may cost.
    pub limits: Limits,
    /// What becomes of its words.
    pub log: Log,
    /// Its own values.
    pub settings: Settings,
}

/// On what terms a policy takes part in the merge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// What it may bring about.
    pub verdicts: Permissions,
    /// Whether it counts at all.
    pub mode: Mode,
    /// What a failure of it means.
    pub on_failure: OnFailure,
}

/// Whether a policy counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// It is evaluated, recorded and counted.
    #[default]
    Enforce,
    /// It is evaluated and recorded, never counted.
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

/// What a failure of a policy means for the sign-up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnFailure {
    /// The sign-up is denied, whatever the policy was permitted.
    #[default]
    Deny,
    /// As if the policy had abstained.
    Abstain,
}

/// What becomes of a sign-up to which no policy that is enforced applies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhenNoPolicyApplies {
    /// It is admitted with no flag set: what Cognito does without a trigger.
    #[default]
    Admit,
    /// It is denied.
    Deny,
}

/// What becomes of the words that a policy chooses: its notes, the code of a denial, why it
/// could not decide. They may hold whatever the policy may see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Log {
    /// They are kept, as the policy's words, up to its limits.
    #[default]
    Record,
    /// None of them is kept. The message of a denial still reaches the person signing up.
    Discard,
}

/// Which sign-ups a policy is asked about. An empty list means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// What started the sign-up, in the platform's own word.
    pub triggers: Vec<String>,
    /// User pools.
    pub user_pools: Vec<String>,
    /// App clients.
    pub clients: Vec<String>,
}

impl Scope {
    /// Whether every sign-up is inside.
    pub fn is_everything(&self) -> bool {
        self.triggers.is_empty() && self.user_pools.is_empty() && self.clients.is_empty()
    }

    /// Whether a sign-up is inside.
    pub fn contains(&self, sign_up: &SignUp<'_>) -> bool {
        let within =
            |list: &[String], word: &str| list.is_empty() || list.iter().any(|w| w == word);
        within(&self.triggers, &sign_up.trigger_source)
            && within(&self.user_pools, &sign_up.user_pool_id)
            && within(&self.clients, &sign_up.client_id)
    }
}

/// The name of a policy: letters, digits, `-`, `_` and `.`, 64 at most.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct PolicyId(Arc<str>);

/// A text that cannot name a policy.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` cannot name a policy: use letters, digits, `-`, `_` and `.`, at most 64 of them")]
pub struct InvalidPolicyId(String);

impl PolicyId {
    /// Takes a name, or says what a name must look like.
    pub fn new(name: &str) -> Result<PolicyId, InvalidPolicyId> {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if (1..=64).contains(&name.len()) && name.chars().all(fits) {
            Ok(PolicyId(name.into()))
        } else {
            Err(InvalidPolicyId(name.to_owned()))
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PolicyId {
    type Error = InvalidPolicyId;

    fn try_from(name: String) -> Result<PolicyId, InvalidPolicyId> {
        PolicyId::new(&name)
    }
}

impl fmt::Display for PolicyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for PolicyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_short_and_printable() {
        for good in ["a", "corporate-domain", "Tenant_7.v2", &"x".repeat(64)] {
            assert!(PolicyId::new(good).is_ok(), "{good}");
        }
        for bad in ["", "a b", "ä", "a\n", "a/b", &"x".repeat(65)] {
            assert!(PolicyId::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_scope_contains_what_each_of_its_lists_contains() {
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
