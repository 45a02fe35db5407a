//! Where a policy set was named, so that an error can point at it.

use crate::output::printer;
use crate::policy_set::json_place::{Part, Place};
use admit_build::diagnostics;
use admit_build::source::Source;
use admit_core::KeyPath;

/// Where a policy set was named.
pub(crate) enum Origin {
    /// In a manifest.
    Manifest(Source),
    /// On the command line.
    CommandLine,
}

impl Origin {
    /// An error about one key of one policy, counted from 0.
    pub(crate) fn policy_error(&self, index: usize, key: &str, message: String) -> anyhow::Error {
        match self {
            Origin::CommandLine => anyhow::anyhow!(message),
            Origin::Manifest(source) => source.error(&path(index, key), message),
        }
    }

    /// An error about a place in the settings of a policy.
    pub(crate) fn settings_error(&self, place: &Place, message: String) -> anyhow::Error {
        match (self, place.part) {
            (Origin::CommandLine, _) => {
                anyhow::anyhow!("`{}`: {message}; `--settings` gives them", place.path)
            }
            (Origin::Manifest(source), Part::Name) => source.name_error(&place.path, message),
            (Origin::Manifest(source), Part::Value) => source.error(&place.path, message),
        }
    }

    /// The path to the settings of a policy, counted from 0.
    pub(crate) fn settings(&self, index: usize) -> KeyPath {
        match self {
            Origin::CommandLine => KeyPath::default().key("settings"),
            Origin::Manifest(_) => path(index, "settings"),
        }
    }

    /// Warns about one key of one policy, counted from 0.
    pub(crate) fn warn(&self, index: usize, key: &str, message: String) {
        match self {
            Origin::CommandLine => printer::warn(&message),
            Origin::Manifest(source) => diagnostics::warn(source, &path(index, key), message),
        }
    }
}

/// The path to a key of a policy, such as `applies-to.triggers`.
fn path(index: usize, key: &str) -> KeyPath {
    key.split('.').fold(KeyPath::policy(index), |path, key| path.key(key))
}
