//! What becomes of a sign-up whose record cannot be written.

use serde::{Deserialize, Serialize};

/// What it means for a sign-up that the record of its decision cannot be written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Record {
    /// Nothing: it is answered as it was decided.
    #[default]
    BestEffort,
    /// It is denied.
    Required,
}
