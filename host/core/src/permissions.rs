//! What a policy may decide.

use crate::verdict::Flag;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// Something that a policy can bring about if the manifest permits it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// To refuse a sign-up.
    Deny,
    /// To vote on confirming the user.
    Confirm,
    /// To vote on verifying the email address.
    VerifyEmail,
    /// To vote on verifying the phone number.
    VerifyPhone,
}

impl Permission {
    /// Every power, in the order in which they are always shown.
    pub const ALL: [Permission; 4] =
        [Permission::Deny, Permission::Confirm, Permission::VerifyEmail, Permission::VerifyPhone];
}

impl From<Flag> for Permission {
    fn from(flag: Flag) -> Permission {
        match flag {
            Flag::Confirm => Permission::Confirm,
            Flag::VerifyEmail => Permission::VerifyEmail,
            Flag::VerifyPhone => Permission::VerifyPhone,
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Permission::Deny => "deny",
            Permission::Confirm => "confirm",
            Permission::VerifyEmail => "verify-email",
            Permission::VerifyPhone => "verify-phone",
        })
    }
}

/// The permissions that a manifest permits to one policy, its `verdicts`. None by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Permissions(BTreeSet<Permission>);

impl Permissions {
    /// Whether a power was permitted.
    pub fn permit(&self, power: impl Into<Permission>) -> bool {
        self.0.contains(&power.into())
    }

    /// The permissions, in the order in which they are always shown.
    pub fn iter(&self) -> impl Iterator<Item = Permission> {
        self.0.iter().copied()
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Permissions {
        Permissions(permissions.into_iter().collect())
    }
}
