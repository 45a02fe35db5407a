//! The members of a sign-up that are lists of names and values.

use crate::per_key::per_key;
use std::fmt;

/// A member of an event's `request` that holds names and values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Member {
    /// The attributes of the new user.
    UserAttributes,
    /// Data that the app sends for checking only.
    ValidationData,
    /// Data that the app sends to triggers.
    ClientMetadata,
}

impl Member {
    /// Every member, in the order in which they are always shown.
    pub const ALL: [Member; 3] =
        [Member::UserAttributes, Member::ValidationData, Member::ClientMetadata];

    /// Returns the name of the member in the event.
    pub const fn name(self) -> &'static str {
        match self {
            Member::UserAttributes => "userAttributes",
            Member::ValidationData => "validationData",
            Member::ClientMetadata => "clientMetadata",
        }
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

per_key! {
    /// A value for each member.
    PerMember, Member
}
