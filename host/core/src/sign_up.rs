//! One sign-up.

use std::borrow::Cow;

/// Names and values, each name once, in the event's order.
pub type Entries<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// One sign-up, in the terms of the contract and of no platform.
///
/// A member that the event does not have is an empty string or an empty list. In the
/// lists every name occurs once, in the event's order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignUp<'a> {
    /// What started the sign-up, in the platform's own word.
    pub trigger_source: Cow<'a, str>,
    /// The region of the user pool.
    pub region: Cow<'a, str>,
    /// The user pool.
    pub user_pool_id: Cow<'a, str>,
    /// The app client.
    pub client_id: Cow<'a, str>,
    /// The chosen user name.
    pub user_name: Cow<'a, str>,
    /// The attributes of the new user, as name and value.
    pub user_attributes: Entries<'a>,
    /// What the app sent along for checking only, as name and value.
    pub validation_data: Entries<'a>,
    /// What the app sent along for triggers, as name and value.
    pub client_metadata: Entries<'a>,
}

impl SignUp<'_> {
    /// The value of a user attribute, or `None` where the sign-up lacks it.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.user_attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_ref())
    }
}
