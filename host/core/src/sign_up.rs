//! A sign-up, as the event describes it and as one policy sees it.

use crate::member::{Member, PerMember};
use crate::verdict::code_has_value;
use std::borrow::Cow;

/// Names and values in the event's order; each name occurs once.
pub type Entries<Text> = Vec<(Text, Text)>;

/// One sign-up, with the members of the contract.
///
/// A member that the event does not have is an empty string or an empty list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignUpData<Text> {
    /// The trigger that Cognito calls, such as `PreSignUp_SignUp`.
    pub trigger_source: Text,
    /// The region of the user pool.
    pub region: Text,
    /// The id of the user pool.
    pub user_pool_id: Text,
    /// The id of the app client.
    pub client_id: Text,
    /// The chosen user name.
    pub user_name: Text,
    /// The entries of the members that are lists.
    pub members: PerMember<Entries<Text>>,
}

/// A sign-up as the event describes it.
pub type SignUp<'a> = SignUpData<Cow<'a, str>>;

/// A sign-up as one policy sees it, without the members that it is not granted.
pub type View<'a> = SignUpData<&'a str>;

impl SignUp<'_> {
    /// Returns the value of a user attribute, or `None` if the sign-up does not have it.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let attributes = &self.members[Member::UserAttributes];
        attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_ref())
    }
}

impl View<'_> {
    /// Returns whether a denial code contains a value of this sign-up, or a part of one.
    ///
    /// The code must be sanitized by [`Denial::new`](crate::verdict::Denial::new). Texts of fewer
    /// than four characters are not compared.
    pub fn has_value_in(&self, code: &str) -> bool {
        let values = self.members.iter().flat_map(|(_, entries)| entries).map(|(_, value)| *value);
        values.chain([self.user_name]).any(|value| code_has_value(code, value))
    }
}
