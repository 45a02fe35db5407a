//! The parts of a sign-up that a policy may see, and the projection to them.

use crate::key_path::{KeyPath, Problem};
use crate::member::{Member, PerMember};
use crate::printable::printable;
use crate::sign_up::{SignUp, View};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use thiserror::Error;

/// A part of a sign-up that a policy may see.
///
/// It is named as in the event: `userName`, `userAttributes.email`, `validationData.*`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReadPath {
    /// `userName`
    UserName,
    /// `<member>.<name>`
    Entry(Member, Name),
}

/// The last segment of a [`ReadPath`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Name {
    /// `*`: every entry.
    All,
    /// The entry of this name.
    One(String),
}

/// The error for a path that does not exist in a sign-up.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown path `{path}`: {remedy}")]
pub struct InvalidPath {
    path: String,
    remedy: String,
}

impl TryFrom<String> for ReadPath {
    type Error = InvalidPath;

    fn try_from(path: String) -> Result<ReadPath, InvalidPath> {
        let invalid = |remedy: &str| InvalidPath { path: path.clone(), remedy: remedy.to_owned() };
        if printable(&path, ReadPath::MAX_CHARS) != path {
            let path = printable(&path, ReadPath::MAX_CHARS);
            let remedy = format!("use visible characters, at most {} of them", ReadPath::MAX_CHARS);
            return Err(InvalidPath { path, remedy });
        }
        let (member, name) = match path.split_once('.') {
            Some((member, name)) => (member, Some(name)),
            None => (path.as_str(), None),
        };
        let list = Member::ALL.into_iter().find(|list| list.name() == member);
        match (member, list, name) {
            ("userName", _, None) => Ok(ReadPath::UserName),
            ("triggerSource" | "region" | "userPoolId" | "clientId", _, None) => {
                Err(invalid("every policy sees it: leave it out"))
            }
            (_, Some(_), None | Some("")) => {
                Err(invalid(&format!("write `{member}.<name>`, or `{member}.*` for every name")))
            }
            (_, Some(_), Some(name)) if name.len() > 1 && name.contains('*') => {
                Err(invalid("`*` must stand alone: it matches every name"))
            }
            (_, Some(member), Some(name)) => Ok(ReadPath::Entry(member, name.into())),
            ("request", _, Some(rest)) => Err(invalid(&format!("write `{rest}`"))),
            _ => Err(invalid(&paths())),
        }
    }
}

/// Describes the valid paths.
fn paths() -> String {
    let lists = Member::ALL.map(|member| format!("`{member}.<name>`")).join(", ");
    let lists = match lists.rsplit_once(", ") {
        Some((first, last)) => format!("{first} or {last}"),
        None => lists,
    };
    format!("a policy reads `userName`, {lists}, with `*` for every name")
}

impl ReadPath {
    /// The maximum number of paths; `*` covers all names.
    const MAX: usize = 1_000;
    /// The maximum number of characters of a path, so that a path can be shown in full.
    const MAX_CHARS: usize = 200;

    /// Parses the list of paths at a key.
    pub(crate) fn list(paths: Vec<String>, here: &KeyPath) -> Result<Reads, Problem> {
        if paths.len() > ReadPath::MAX {
            let message = format!("must have at most {} paths, got {}", ReadPath::MAX, paths.len());
            return Err(here.clone().problem(message));
        }
        paths
            .into_iter()
            .enumerate()
            .map(|(index, path)| {
                ReadPath::try_from(path)
                    .map_err(|error| here.clone().index(index).problem(error.to_string()))
            })
            .collect()
    }
}

impl From<&str> for Name {
    fn from(name: &str) -> Name {
        match name {
            "*" => Name::All,
            name => Name::One(name.to_owned()),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Name::All => f.write_str("*"),
            Name::One(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for ReadPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadPath::UserName => f.write_str("userName"),
            ReadPath::Entry(member, name) => write!(f, "{member}.{name}"),
        }
    }
}

/// The parts of a sign-up that one policy may see. Empty by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads(BTreeSet<ReadPath>);

impl Reads {
    /// Returns the paths of everything in a sign-up.
    pub fn everything() -> Reads {
        let entries = Member::ALL.into_iter().map(|member| ReadPath::Entry(member, Name::All));
        entries.chain([ReadPath::UserName]).collect()
    }

    /// Returns the granted parts of a sign-up, borrowed from it.
    pub fn project<'a>(&self, sign_up: &'a SignUp<'_>) -> View<'a> {
        let user_name = if self.0.contains(&ReadPath::UserName) { &*sign_up.user_name } else { "" };
        View {
            trigger_source: &sign_up.trigger_source,
            region: &sign_up.region,
            user_pool_id: &sign_up.user_pool_id,
            client_id: &sign_up.client_id,
            user_name,
            members: PerMember::from_fn(|member| self.granted(member, &sign_up.members[member])),
        }
    }

    /// Returns whether a path itself is granted.
    pub(crate) fn contains(&self, path: &ReadPath) -> bool {
        self.0.contains(path)
    }

    /// Iterates over the paths, in order.
    pub fn iter(&self) -> impl Iterator<Item = &ReadPath> {
        self.0.iter()
    }

    fn granted<'a>(
        &self,
        member: Member,
        entries: &'a [(Cow<'_, str>, Cow<'_, str>)],
    ) -> Vec<(&'a str, &'a str)> {
        // The names are collected once and in order, so that each entry is a binary search.
        let mut all = false;
        let mut names = Vec::new();
        for path in &self.0 {
            match path {
                ReadPath::Entry(list, Name::All) if *list == member => all = true,
                ReadPath::Entry(list, Name::One(name)) if *list == member => {
                    names.push(name.as_str())
                }
                _ => {}
            }
        }
        entries
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_ref()))
            .filter(|(name, _)| all || names.binary_search(name).is_ok())
            .collect()
    }
}

impl FromIterator<ReadPath> for Reads {
    fn from_iter<I: IntoIterator<Item = ReadPath>>(paths: I) -> Reads {
        Reads(paths.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign_up() -> SignUp<'static> {
        SignUp {
            trigger_source: "PreSignUp_SignUp".into(),
            region: "us-east-1".into(),
            user_pool_id: "pool".into(),
            client_id: "client".into(),
            user_name: "mary".into(),
            members: PerMember::default()
                .with(
                    Member::UserAttributes,
                    vec![
                        ("email".into(), "mary@example.com".into()),
                        ("custom:domain".into(), "example.com".into()),
                        ("phone_number".into(), "+12065550100".into()),
                    ],
                )
                .with(Member::ValidationData, vec![("invite".into(), "abc".into())])
                .with(
                    Member::ClientMetadata,
                    vec![("a.b".into(), "1".into()), ("*".into(), "2".into())],
                ),
        }
    }

    fn reads(paths: &[&str]) -> Reads {
        paths.iter().map(|path| ReadPath::try_from(path.to_string()).unwrap()).collect()
    }

    #[test]
    fn a_policy_sees_only_the_paths_that_it_is_granted() {
        let sign_up = sign_up();
        let bare = View {
            trigger_source: "PreSignUp_SignUp",
            region: "us-east-1",
            user_pool_id: "pool",
            client_id: "client",
            ..View::default()
        };
        assert_eq!(reads(&[]).project(&sign_up), bare);
        assert_eq!(
            reads(&["userName", "userAttributes.email"]).project(&sign_up),
            View {
                user_name: "mary",
                members: PerMember::default()
                    .with(Member::UserAttributes, vec![("email", "mary@example.com")]),
                ..bare.clone()
            }
        );
        assert_eq!(
            reads(&["clientMetadata.a.b", "validationData.other"]).project(&sign_up),
            View {
                members: PerMember::default().with(Member::ClientMetadata, vec![("a.b", "1")]),
                ..bare.clone()
            }
        );
    }

    #[test]
    fn each_of_many_names_is_found() {
        let name = |index: u32| format!("clientMetadata.{:03}", index * 7 % 100);
        let reads: Vec<String> = (0..100).map(name).collect();
        let reads = reads.iter().map(String::as_str).collect::<Vec<_>>();
        let entry = |index: u32| (format!("{index:03}").into(), "".into());
        let sign_up = SignUp {
            members: PerMember::default()
                .with(Member::ClientMetadata, (0..200).map(entry).collect()),
            ..sign_up()
        };
        let view = self::reads(&reads).project(&sign_up);
        let seen = view.members[Member::ClientMetadata].iter().map(|(name, _)| name.to_string());
        assert_eq!(Vec::from_iter(seen), Vec::from_iter((0..100).map(|i| format!("{i:03}"))));
    }

    #[test]
    fn a_star_sees_every_entry_in_the_events_order() {
        let sign_up = sign_up();
        let view = Reads::everything().project(&sign_up);
        assert_eq!(view.user_name, "mary");
        assert_eq!(
            view.members[Member::UserAttributes],
            [
                ("email", "mary@example.com"),
                ("custom:domain", "example.com"),
                ("phone_number", "+12065550100"),
            ]
        );
        assert_eq!(view.members[Member::ClientMetadata], [("a.b", "1"), ("*", "2")]);
    }

    #[test]
    fn a_code_that_tells_of_the_person_is_recognised() {
        let sign_up = sign_up();
        let view = Reads::everything().project(&sign_up);
        for (code, found) in [
            ("mary-example.com", true),
            ("Mary", true),
            ("no.12065550100", true),
            ("blocked-mary-example.com", true),
            ("example.com", true),
            ("username-too-short", false),
            ("abc", false),
            ("1", false),
        ] {
            assert_eq!(view.has_value_in(code), found, "{code}");
        }
        assert!(!View::default().has_value_in("denied"));
    }

    #[test]
    fn a_path_is_displayed_as_written() {
        for path in ["userName", "userAttributes.custom:domain", "validationData.*"] {
            assert_eq!(ReadPath::try_from(path.to_owned()).unwrap().to_string(), path);
        }
    }

    const PATHS: &str = "a policy reads `userName`, `userAttributes.<name>`, `validationData.<name>` \
                         or `clientMetadata.<name>`, with `*` for every name";

    #[test]
    fn the_error_for_an_unknown_path_says_what_would_be_valid() {
        for (path, remedy) in [
            ("region", "every policy sees it: leave it out"),
            (
                "userAttributes",
                "write `userAttributes.<name>`, or `userAttributes.*` for every name",
            ),
            ("request.userAttributes.email", "write `userAttributes.email`"),
            ("email", PATHS),
            ("userName.x", PATHS),
            ("", PATHS),
            ("userAttributes.custom:*", "`*` must stand alone: it matches every name"),
        ] {
            let error = ReadPath::try_from(path.to_owned()).unwrap_err();
            assert_eq!(error.to_string(), format!("unknown path `{path}`: {remedy}"));
        }
    }
}
