//! Searches for users of the pool: the attribute to search by, and what a fact contains of a user.

use crate::key_path::{KeyPath, Problem};
use crate::member::Member;
use crate::printable::printable;
use crate::reads::{Name, ReadPath};
use crate::sign_up::SignUp;
use std::collections::BTreeSet;

/// An attribute by which Cognito's `ListUsers` can search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attribute {
    /// The user name.
    UserName,
    /// `email`
    Email,
    /// `phone_number`
    PhoneNumber,
    /// `preferred_username`
    PreferredUserName,
    /// `name`
    Name,
    /// `given_name`
    GivenName,
    /// `family_name`
    FamilyName,
}

impl Attribute {
    /// Every attribute.
    pub const ALL: [Attribute; 7] = [
        Attribute::UserName,
        Attribute::Email,
        Attribute::PhoneNumber,
        Attribute::PreferredUserName,
        Attribute::Name,
        Attribute::GivenName,
        Attribute::FamilyName,
    ];

    /// Returns the name in a filter of `ListUsers`.
    pub fn filter_name(self) -> &'static str {
        match self {
            Attribute::UserName => "username",
            Attribute::Email => "email",
            Attribute::PhoneNumber => "phone_number",
            Attribute::PreferredUserName => "preferred_username",
            Attribute::Name => "name",
            Attribute::GivenName => "given_name",
            Attribute::FamilyName => "family_name",
        }
    }

    /// Returns the part of the sign-up that has the value.
    pub fn path(self) -> ReadPath {
        match self {
            Attribute::UserName => ReadPath::UserName,
            other => {
                let name = Name::One(other.filter_name().to_owned());
                ReadPath::Entry(Member::UserAttributes, name)
            }
        }
    }

    /// Returns the value in a sign-up, or `None` if the sign-up does not have it.
    pub(crate) fn value<'a>(self, sign_up: &'a SignUp<'_>) -> Option<&'a str> {
        match self {
            Attribute::UserName => Some(sign_up.user_name.as_ref()),
            other => sign_up.attribute(other.filter_name()),
        }
    }
}

impl TryFrom<&str> for Attribute {
    type Error = String;

    fn try_from(path: &str) -> Result<Attribute, String> {
        let mut all = Attribute::ALL.into_iter();
        all.find(|attribute| attribute.path().to_string() == path).ok_or_else(|| {
            let all = Attribute::ALL.map(|attribute| format!("`{}`", attribute.path())).join(", ");
            let path = printable(path, 100);
            format!("Cognito cannot search users by `{path}`, but by one of {all}")
        })
    }
}

/// What a fact contains of each user, besides the user name. Empty by default.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct UserReads(BTreeSet<String>);

impl UserReads {
    /// The name for the status of a user, such as `CONFIRMED`.
    pub const STATUS: &str = "status";
    /// The name for whether a user may sign in.
    pub const ENABLED: &str = "enabled";
    /// The name for the external identities that are linked to a user.
    pub const IDENTITIES: &str = "identities";
    const EVERYTHING: &str = "*";
    const MAX: usize = 50;

    /// Returns the reads of everything, for policies without a manifest. A manifest cannot grant
    /// this.
    pub fn everything() -> UserReads {
        UserReads([UserReads::EVERYTHING.to_owned()].into())
    }

    /// Parses the list at a key.
    pub(crate) fn list(names: Vec<String>, here: &KeyPath) -> Result<UserReads, Problem> {
        if names.len() > UserReads::MAX {
            let message =
                format!("must have at most {} names, got {}", UserReads::MAX, names.len());
            return Err(here.clone().problem(message));
        }
        for (index, name) in names.iter().enumerate() {
            let problem = |message: &str| Err(here.clone().index(index).problem(message));
            let fits = |c: char| c.is_ascii_alphanumeric() || "-_:.".contains(c);
            match name.as_str() {
                "userName" | "username" => {
                    return problem("a fact always has the user names: leave it out");
                }
                "" => return problem("must not be empty"),
                name if name.len() > 32 || !name.chars().all(fits) => {
                    return problem(
                        "expected `status`, `enabled`, `identities`, or the name of an attribute \
                         such as `email_verified` or `custom:tenant`",
                    );
                }
                _ => {}
            }
        }
        Ok(UserReads(names.into_iter().collect()))
    }

    /// Returns whether a fact contains this.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains(name) || self.0.contains(UserReads::EVERYTHING)
    }

    /// Iterates over the attributes.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        let special = [UserReads::STATUS, UserReads::ENABLED, UserReads::IDENTITIES];
        self.0.iter().map(String::as_str).filter(move |name| !special.contains(name))
    }

    /// Returns the names, in order.
    pub fn names(&self) -> Vec<String> {
        self.0.iter().cloned().collect()
    }
}
