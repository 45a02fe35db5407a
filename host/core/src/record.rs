//! The setting for a decision whose record cannot be written.

use serde::{Deserialize, Serialize};

/// Whether a sign-up is denied if the record of its decision cannot be written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Record {
    /// The sign-up is answered as decided.
    #[default]
    BestEffort,
    /// The sign-up is denied.
    Required,
}
