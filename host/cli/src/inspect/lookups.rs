//! The look-ups of a manifest: what the function can ask services, and which part of a sign-up it
//! sends.

use admit_core::{FactKind, Lookup, LookupName, Source};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// One look-up.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LookupInfo {
    name: String,
    kind: FactKind,
    /// The part of the sign-up that leaves the function.
    sends: Option<String>,
    /// What the fact contains of each user, besides the user name.
    reads: Vec<String>,
    timeout: Option<String>,
}

impl LookupInfo {
    /// Describes all look-ups of a manifest.
    pub(crate) fn all(lookups: &BTreeMap<LookupName, Lookup>) -> Vec<LookupInfo> {
        lookups.iter().map(|(name, lookup)| LookupInfo::new(name, lookup)).collect()
    }

    fn new(name: &LookupName, lookup: &Lookup) -> LookupInfo {
        let (reads, timeout) = match &lookup.source {
            Source::Directory(directory) => {
                (directory.reads.names(), Some(lookup.timeout.to_string()))
            }
            Source::Clock => (Vec::new(), None),
        };
        let sends = lookup.sends().map(|path| path.to_string());
        LookupInfo { name: name.to_string(), kind: lookup.kind(), sends, reads, timeout }
    }
}

impl fmt::Display for LookupInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.kind)?;
        if let Some(sends) = &self.sends {
            write!(f, ", sends {sends}, reads userName")?;
        }
        for read in &self.reads {
            write!(f, ", {read}")?;
        }
        match &self.timeout {
            Some(timeout) => write!(f, "; ends after {timeout}"),
            None => Ok(()),
        }
    }
}
