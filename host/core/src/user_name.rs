//! The name of a user of the pool.

use std::fmt;
use std::sync::Arc;

/// The name of a user of the pool.
///
/// It identifies a person, so it has no `Display` and is never serialized.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserName(Arc<str>);

impl UserName {
    /// Creates the name of a user.
    pub fn new(name: &str) -> UserName {
        UserName(name.into())
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserName(…)")
    }
}
