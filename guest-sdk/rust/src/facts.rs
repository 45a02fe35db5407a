//! Facts: what the host looked up for a sign-up.

use crate::Error;
use crate::bindings::admit::policy::types as wit;
use crate::user::User;

/// The facts that the manifest grants to a policy, by the roles in its `policy.toml`.
///
/// The host looks them up before the policy runs. A method that needs a fact which
/// is not there returns an error that says why; passed on with `?`, it denies the
/// sign-up unless the manifest says otherwise.
///
/// ```
/// use admit_policy::{Facts, LookupError, User};
///
/// let facts = Facts::builder()
///     .users("user", [User::builder("mary").attribute("email", "mary@example.com").build()])
///     .build();
/// assert_eq!(facts.users("user")?.len(), 1);
///
/// let facts = Facts::builder().error("user", LookupError::Timeout).build();
/// let error = facts.users("user").unwrap_err();
/// assert_eq!(error.to_string(), "the fact `user` is not available: the service did not answer in time");
/// # Ok::<(), admit_policy::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    facts: Vec<(String, Result<Finding, LookupError>)>,
}

/// What a look-up found.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Finding {
    Users(Vec<User>),
    Time(u64),
}

/// Why a look-up has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LookupError {
    /// The sign-up does not have the value to look up, so nothing was looked up.
    KeyAbsent,
    /// The service could not be reached, or failed.
    Unavailable,
    /// The service did not answer in time.
    Timeout,
    /// The service refused the request because there were too many.
    Throttled,
    /// The answer was too large, or had more than 20 users.
    TooLarge,
    /// The answer could not be understood.
    Malformed,
    /// The service does not permit the host to make the request.
    AccessDenied,
}

impl Facts {
    /// Starts the facts of a test.
    pub fn builder() -> FactsBuilder {
        FactsBuilder { facts: Self::default() }
    }

    /// Returns the users of the pool that a look-up of the kind `directory` found.
    ///
    /// # Errors
    ///
    /// Says why there is no result, or that the fact has another kind.
    pub fn users(&self, role: &str) -> Result<&[User], Error> {
        match self.finding(role)? {
            Finding::Users(users) => Ok(users),
            Finding::Time(_) => Err(other_kind(role, "directory")),
        }
    }

    /// Returns the only user of the pool that a look-up of the kind `directory` found, if any.
    ///
    /// # Errors
    ///
    /// Does not choose among several users: that is an error. Says why there is no
    /// result, or that the fact has another kind.
    pub fn user(&self, role: &str) -> Result<Option<&User>, Error> {
        match self.users(role)? {
            [] => Ok(None),
            [user] => Ok(Some(user)),
            several => {
                Err(Error::new(format_args!("the fact `{role}` has {} users", several.len())))
            }
        }
    }

    /// Returns the time of a look-up of the kind `clock`, in milliseconds since
    /// 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    ///
    /// Says why there is no result, or that the fact has another kind.
    pub fn time_millis(&self, role: &str) -> Result<u64, Error> {
        match self.finding(role)? {
            Finding::Time(millis) => Ok(*millis),
            Finding::Users(_) => Err(other_kind(role, "clock")),
        }
    }

    /// Returns why a look-up has no result, or `None` if it has one.
    ///
    /// # Errors
    ///
    /// Says that the manifest does not bind the role.
    pub fn lookup_error(&self, role: &str) -> Result<Option<LookupError>, Error> {
        Ok(self.fact(role)?.as_ref().err().copied())
    }

    fn finding(&self, role: &str) -> Result<&Finding, Error> {
        self.fact(role)?.as_ref().map_err(|error| {
            Error::new(format_args!("the fact `{role}` is not available: {}", error.reason()))
        })
    }

    fn fact(&self, role: &str) -> Result<&Result<Finding, LookupError>, Error> {
        let fact = self.facts.iter().find(|(name, _)| name == role);
        fact.map(|(_, fact)| fact).ok_or_else(|| {
            Error::new(format_args!(
                "the manifest binds no look-up to the fact `{role}`: add it to the policy's `facts`"
            ))
        })
    }
}

fn other_kind(role: &str, expected: &str) -> Error {
    Error::new(format_args!("the fact `{role}` does not come from a `{expected}` look-up"))
}

impl LookupError {
    fn reason(self) -> &'static str {
        match self {
            Self::KeyAbsent => "the sign-up does not have the value to look up",
            Self::Unavailable => "the service could not be reached, or failed",
            Self::Timeout => "the service did not answer in time",
            Self::Throttled => "the service refused the request because there were too many",
            Self::TooLarge => "the answer was too large",
            Self::Malformed => "the answer could not be understood",
            Self::AccessDenied => "the service does not permit the host to make the request",
        }
    }
}

/// Makes [`Facts`] for a test.
#[derive(Debug, Clone)]
#[must_use = "`build` makes the facts"]
pub struct FactsBuilder {
    facts: Facts,
}

impl FactsBuilder {
    /// Adds a fact with users.
    pub fn users(self, role: &str, users: impl IntoIterator<Item = User>) -> Self {
        self.add(role, Ok(Finding::Users(users.into_iter().collect())))
    }

    /// Adds a fact with a time, in milliseconds since 1970-01-01T00:00:00Z.
    pub fn time_millis(self, role: &str, millis: u64) -> Self {
        self.add(role, Ok(Finding::Time(millis)))
    }

    /// Adds a look-up without a result.
    pub fn error(self, role: &str, error: LookupError) -> Self {
        self.add(role, Err(error))
    }

    /// Makes the facts.
    #[must_use]
    pub fn build(self) -> Facts {
        self.facts
    }

    fn add(mut self, role: &str, fact: Result<Finding, LookupError>) -> Self {
        self.facts.facts.retain(|(name, _)| name != role);
        self.facts.facts.push((role.to_owned(), fact));
        self
    }
}

impl From<Vec<wit::Fact>> for Facts {
    fn from(facts: Vec<wit::Fact>) -> Self {
        let fact = |fact: wit::Fact| {
            let outcome = match fact.outcome {
                Ok(wit::Finding::Users(users)) => {
                    Ok(Finding::Users(users.into_iter().map(User::from).collect()))
                }
                Ok(wit::Finding::Time(millis)) => Ok(Finding::Time(millis)),
                Err(error) => Err(error.into()),
            };
            (fact.role, outcome)
        };
        Self { facts: facts.into_iter().map(fact).collect() }
    }
}

impl From<wit::LookupError> for LookupError {
    fn from(error: wit::LookupError) -> Self {
        match error {
            wit::LookupError::KeyAbsent => Self::KeyAbsent,
            wit::LookupError::Unavailable => Self::Unavailable,
            wit::LookupError::Timeout => Self::Timeout,
            wit::LookupError::Throttled => Self::Throttled,
            wit::LookupError::TooLarge => Self::TooLarge,
            wit::LookupError::Malformed => Self::Malformed,
            wit::LookupError::AccessDenied => Self::AccessDenied,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_fact_is_an_error_that_says_why() {
        let facts = Facts::builder()
            .error("user", LookupError::KeyAbsent)
            .time_millis("now", 7)
            .users("others", [User::builder("a").build(), User::builder("b").build()])
            .build();
        assert_eq!(facts.lookup_error("user"), Ok(Some(LookupError::KeyAbsent)));
        assert_eq!(facts.lookup_error("now"), Ok(None));
        assert_eq!(facts.time_millis("now"), Ok(7));
        for (result, expected) in [
            (
                facts.user("user").map(|_| ()),
                "the fact `user` is not available: the sign-up does not have the value to look up",
            ),
            (
                facts.users("now").map(|_| ()),
                "the fact `now` does not come from a `directory` look-up",
            ),
            (
                facts.time_millis("others").map(|_| ()),
                "the fact `others` does not come from a `clock` look-up",
            ),
            (facts.user("others").map(|_| ()), "the fact `others` has 2 users"),
            (
                facts.user("typo").map(|_| ()),
                "the manifest binds no look-up to the fact `typo`: add it to the policy's `facts`",
            ),
        ] {
            assert_eq!(result.unwrap_err().to_string(), expected);
        }
    }
}
