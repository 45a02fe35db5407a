//! What components are, as it is shown, and kept in a bundle for whoever inspects that.

use crate::anatomy::Anatomy;
use admit_core::{Metadata, RawMetadata, printable};
use admit_engine::{Digest, is_granted};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The components of a bundle, by the digests of their sources.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct About {
    pub(crate) components: BTreeMap<Digest, Portrait>,
}

/// What one component is, read from it without running it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Portrait {
    /// Bytes.
    pub(crate) size: usize,
    /// The version of the contract that it exports.
    pub(crate) contract: Option<String>,
    pub(crate) imports: Vec<Item>,
    pub(crate) exports: Vec<Item>,
    pub(crate) producers: Vec<String>,
    /// What it says of itself.
    pub(crate) metadata: Option<RawMetadata>,
    /// Why that cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) metadata_error: Option<String>,
}

/// What a component imports or exports.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Item {
    pub(crate) name: String,
    /// Whether every policy is granted it, of an import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) granted: Option<bool>,
    /// Its functions and types, as in WIT.
    pub(crate) types: Vec<String>,
}

/// As much of a name in a component, which is somebody else's, as is kept.
const CHARACTERS: usize = 200;

impl About {
    pub(crate) fn of<'a>(components: impl Iterator<Item = &'a [u8]>) -> anyhow::Result<About> {
        let one = |bytes| Ok((Digest::of(bytes), Portrait::of(bytes)?));
        Ok(About { components: components.map(one).collect::<anyhow::Result<_>>()? })
    }

    /// The same text for the same components.
    pub(crate) fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text.into_bytes())
    }
}

impl Portrait {
    /// Reads a component of any world.
    pub(crate) fn of(bytes: &[u8]) -> anyhow::Result<Portrait> {
        let anatomy = Anatomy::of(bytes)?;
        let contract = anatomy.contract().map(|version| printable(version, CHARACTERS));
        let item = |granted: Option<bool>, name: &str, types| Item {
            name: printable(name, CHARACTERS),
            granted,
            types,
        };
        let (metadata, metadata_error) = match anatomy.metadata {
            None => (None, None),
            Some(Ok(metadata)) => (Some(metadata.into()), None),
            Some(Err(reason)) => (None, Some(printable(&reason, CHARACTERS))),
        };
        Ok(Portrait {
            size: bytes.len(),
            contract,
            imports: anatomy
                .imports
                .iter()
                .zip(anatomy.import_types)
                .map(|(name, types)| item(Some(is_granted(name)), name, types))
                .collect(),
            exports: anatomy
                .exports
                .iter()
                .zip(anatomy.export_types)
                .map(|(name, types)| item(None, name, types))
                .collect(),
            producers: anatomy.producers,
            metadata,
            metadata_error,
        })
    }

    /// What it says of itself, if that is as it must be.
    pub(crate) fn metadata(&self) -> Option<Metadata> {
        Metadata::try_from(self.metadata.clone()?).ok()
    }
}
