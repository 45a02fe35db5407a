//! What a policy may decide.

use crate::verdict::Flag;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// Something that a policy can bring about if the manifest permits it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Power {
    /// To refuse a sign-up.
    Deny,
    /// To vote on confirming the user.
    Confirm,
    /// To vote on verifying the email address.
    VerifyEmail,
    /// To vote on verifying the phone number.
    VerifyPhone,
}

impl Power {
    /// Every power, in the order in which they are always shown.
    pub const ALL: [Power; 4] =
        [Power::Deny, Power::Confirm, Power::VerifyEmail, Power::VerifyPhone];
}

impl From<Flag> for Power {
    fn from(flag: Flag) -> Power {
        match flag {
            Flag::Confirm => Power::Confirm,
            Flag::VerifyEmail => Power::VerifyEmail,
            Flag::VerifyPhone => Power::VerifyPhone,
        }
    }
}

impl fmt::Display for Power {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Power::Deny => "deny",
            Power::Confirm => "confirm",
            Power::VerifyEmail => "verify-email",
            Power::VerifyPhone => "verify-phone",
        })
    }
}

/// The powers that a manifest permits to one policy, its `verdicts`. None by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Powers(BTreeSet<Power>);

impl Powers {
    /// Whether a power was permitted.
    pub fn permit(&self, power: impl Into<Power>) -> bool {
        self.0.contains(&power.into())
    }

    /// The powers, in the order in which they are always shown.
    pub fn iter(&self) -> impl Iterator<Item = Power> {
        self.0.iter().copied()
    }
}

impl FromIterator<Power> for Powers {
    fn from_iter<I: IntoIterator<Item = Power>>(powers: I) -> Powers {
        Powers(powers.into_iter().collect())
    }
}
