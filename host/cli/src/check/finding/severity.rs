//! The severity of a finding.

use serde::Serialize;

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Severity {
    /// Must be fixed before the policies are deployed.
    Error,
    /// May be intended.
    Warning,
    /// For information.
    Note,
}
