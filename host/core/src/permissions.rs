//! The permissions of a policy.

use crate::flag::Flag;
use crate::text_value::from_text;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeSet;
use std::fmt;

/// A part of the decision that the manifest can permit to a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Denying a sign-up.
    Deny,
    /// Voting on a flag.
    Flag(Flag),
    /// Voting on linking the external identity to a user of the pool.
    Link,
}

impl Permission {
    /// Every permission, in the order in which they are always shown.
    pub const ALL: [Permission; 2 + Flag::ALL.len()] = {
        let mut all = [Permission::Deny; 2 + Flag::ALL.len()];
        let mut index = 0;
        while index < Flag::ALL.len() {
            all[1 + index] = Permission::Flag(Flag::ALL[index]);
            index += 1;
        }
        all[1 + index] = Permission::Link;
        all
    };
}

impl From<Flag> for Permission {
    fn from(flag: Flag) -> Permission {
        Permission::Flag(flag)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Permission::Deny => f.write_str("deny"),
            Permission::Flag(flag) => flag.fmt(f),
            Permission::Link => f.write_str("link"),
        }
    }
}

impl Serialize for Permission {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Permission {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Permission, D::Error> {
        from_text(deserializer, "permission, such as `deny`")
    }
}

impl TryFrom<String> for Permission {
    type Error = String;

    fn try_from(text: String) -> Result<Permission, String> {
        let mut all = Permission::ALL.into_iter();
        all.find(|permission| permission.to_string() == text).ok_or_else(|| {
            let all = Permission::ALL.map(|permission| format!("`{permission}`")).join(", ");
            format!("unknown variant `{text}`, expected one of {all}")
        })
    }
}

/// The permissions of one policy, `verdicts` in the manifest. Empty by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Permissions(BTreeSet<Permission>);

impl Permissions {
    /// Returns whether a permission was granted.
    pub fn permit(&self, permission: impl Into<Permission>) -> bool {
        self.0.contains(&permission.into())
    }

    /// Iterates over the permissions, in the order in which they are always shown.
    pub fn iter(&self) -> impl Iterator<Item = Permission> {
        self.0.iter().copied()
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Permissions {
        Permissions(permissions.into_iter().collect())
    }
}
