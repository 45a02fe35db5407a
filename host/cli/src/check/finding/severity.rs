//! How much a finding matters.

use serde::Serialize;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Severity {
    /// It must not be deployed as it is.
    Error,
    /// It may be meant so.
    Warning,
    /// Good to know.
    Note,
}
