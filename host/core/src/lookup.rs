//! Look-ups, which the manifest declares and the host makes before policies run.

use crate::directory::{Attribute, UserReads};
use crate::fact::{Fact, LookupError};
use crate::id::LookupName;
use crate::key_path::{KeyPath, Problem};
use crate::limits::within;
use crate::quantity::Time;
use crate::reads::ReadPath;
use crate::sign_up::SignUp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A look-up. Its result is a fact that the manifest can give to policies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lookup {
    /// Where the result comes from.
    pub source: Source,
    /// The maximum time for the look-up.
    pub timeout: Time,
}

/// Where the result of a look-up comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The users of the pool.
    Directory(Directory),
    /// The clock of the host.
    Clock,
}

/// The kind of a fact, which a policy requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactKind {
    /// Users of the pool.
    Directory,
    /// The time.
    Clock,
}

/// A search for the users of the pool that have the same value as the sign-up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Directory {
    /// The attribute, whose value comes from the sign-up.
    pub by: Attribute,
    /// What the fact contains of each user, besides the user name.
    pub reads: UserReads,
}

impl Lookup {
    /// The default time for one look-up.
    pub const DEFAULT_TIMEOUT: Time = Time::from_millis(500);
    const MIN_TIMEOUT: Time = Time::from_millis(1);
    const MAX_TIMEOUT: Time = Time::from_millis(3_000);
    /// The maximum number of look-ups in a manifest.
    pub const MAX: usize = 32;

    /// Creates a look-up for a policy without a manifest, whose facts are given by hand.
    pub fn unbound(kind: FactKind) -> Lookup {
        let source = match kind {
            FactKind::Directory => {
                let (by, reads) = (Attribute::Email, UserReads::everything());
                Source::Directory(Directory { by, reads })
            }
            FactKind::Clock => Source::Clock,
        };
        Lookup { source, timeout: Lookup::DEFAULT_TIMEOUT }
    }

    /// Returns the kind of its fact.
    pub fn kind(&self) -> FactKind {
        match self.source {
            Source::Directory(_) => FactKind::Directory,
            Source::Clock => FactKind::Clock,
        }
    }

    /// Removes from a fact what the look-up does not read. A fact of another kind is malformed.
    pub fn granted(&self, fact: Fact) -> Fact {
        match (&self.source, fact) {
            (Source::Directory(directory), Fact::Users(users)) => {
                if users.len() > Fact::MAX_USERS {
                    return Fact::Error(LookupError::TooLarge);
                }
                Fact::Users(users.into_iter().map(|user| user.granted(&directory.reads)).collect())
            }
            (Source::Clock, fact @ Fact::Time(_)) | (_, fact @ Fact::Error(_)) => fact,
            (Source::Directory(_), Fact::Time(_)) | (Source::Clock, Fact::Users(_)) => {
                Fact::Error(LookupError::Malformed)
            }
        }
    }

    /// Returns the value of a sign-up to look up, or `None` if there is none.
    pub fn key<'a>(&self, sign_up: &'a SignUp<'_>) -> Option<&'a str> {
        match &self.source {
            Source::Directory(directory) => {
                directory.by.value(sign_up).filter(|value| !value.trim().is_empty())
            }
            Source::Clock => None,
        }
    }

    /// Returns the part of the sign-up that leaves the host with the look-up.
    pub fn sends(&self) -> Option<ReadPath> {
        match &self.source {
            Source::Directory(directory) => Some(directory.by.path()),
            Source::Clock => None,
        }
    }
}

impl fmt::Display for FactKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FactKind::Directory => "directory",
            FactKind::Clock => "clock",
        })
    }
}

/// A look-up as written in a manifest, not yet validated.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawLookup {
    #[serde(skip_serializing_if = "Option::is_none")]
    directory: Option<RawDirectory>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clock: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reads: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<Time>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawDirectory {
    by: String,
}

impl RawLookup {
    /// Validates the look-up at a key.
    pub(crate) fn validate(self, here: &KeyPath) -> Result<Lookup, Problem> {
        let key = |name: &str| here.clone().key(name);
        let source = match (self.directory, self.clock) {
            (Some(raw), None) => {
                let by = Attribute::try_from(raw.by.as_str())
                    .map_err(|message| key("directory").key("by").problem(message))?;
                let reads = UserReads::list(self.reads.unwrap_or_default(), &key("reads"))?;
                Source::Directory(Directory { by, reads })
            }
            (None, Some(true)) => {
                if self.reads.is_some() {
                    return Err(key("reads").problem("a clock has nothing to read: leave it out"));
                }
                if self.timeout.is_some() {
                    return Err(key("timeout").problem("a clock takes no time: leave it out"));
                }
                Source::Clock
            }
            (None, Some(false)) => {
                return Err(key("clock").problem("write `clock = true`, or remove the look-up"));
            }
            (Some(_), Some(_)) | (None, None) => {
                let message = "a look-up has exactly one source: `directory` or `clock`";
                return Err(here.clone().problem(message));
            }
        };
        let timeout = self.timeout.unwrap_or(Lookup::DEFAULT_TIMEOUT);
        within(timeout, Lookup::MIN_TIMEOUT, Lookup::MAX_TIMEOUT)
            .map_err(|message| key("timeout").problem(message))?;
        Ok(Lookup { source, timeout })
    }
}

impl From<Lookup> for RawLookup {
    fn from(lookup: Lookup) -> RawLookup {
        match lookup.source {
            Source::Directory(Directory { by, reads }) => RawLookup {
                directory: Some(RawDirectory { by: by.path().to_string() }),
                clock: None,
                reads: Some(reads.names()),
                timeout: Some(lookup.timeout),
            },
            Source::Clock => {
                RawLookup { directory: None, clock: Some(true), reads: None, timeout: None }
            }
        }
    }
}

/// A look-up to make for one sign-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookupRequest<'a> {
    /// The name of the look-up.
    pub name: &'a LookupName,
    /// The look-up.
    pub lookup: &'a Lookup,
    /// The value of the sign-up to look up; `None` if the look-up has none, or the sign-up does not
    /// have it.
    pub key: Option<&'a str>,
}
