//! The custom section of a component that contains the policy's metadata.

use crate::schema;
use admit_core::{Metadata, RawMetadata};
use anyhow::{Context, bail};
use serde_json::Value;
use wasm_encoder::{ComponentSection, CustomSection};
use wasm_metadata::{AddMetadata, AddMetadataField};

/// The name of the section.
pub(crate) const SECTION: &str = "admit:policy/metadata";

/// The maximum size in bytes of a settings schema, and of the section.
pub const MAX: usize = 1 << 20;

/// Embeds metadata in a component: name, version and description in the standard sections, and
/// everything in a section of its own.
///
/// # Errors
///
/// Returns an error if the component cannot be read or the metadata is larger than [`MAX`].
pub fn embed(component: &[u8], metadata: &Metadata) -> anyhow::Result<Vec<u8>> {
    let mut add = AddMetadata::default();
    add.name = AddMetadataField::Set(metadata.name.to_string());
    add.version = AddMetadataField::Set(wasm_metadata::Version::new(metadata.version.clone()));
    add.description =
        AddMetadataField::Set(wasm_metadata::Description::new(metadata.description.clone()));
    add.processed_by = vec![("admit".to_owned(), env!("CARGO_PKG_VERSION").to_owned())];
    let mut bytes = add.to_wasm(component).context("cannot write metadata into the component")?;
    let data = serde_json::to_vec(&RawMetadata::from(metadata.clone()))?;
    if data.len() > MAX {
        bail!("the metadata is larger than {} KiB", MAX >> 10);
    }
    CustomSection { name: SECTION.into(), data: data.into() }.append_to_component(&mut bytes);
    Ok(bytes)
}

/// Parses the metadata in a section, which is untrusted: no validator is built from its schema.
pub(crate) fn from_section(data: &[u8]) -> Result<Metadata, String> {
    if data.len() > MAX {
        return Err(format!("larger than {} KiB", MAX >> 10));
    }
    let raw: RawMetadata = serde_json::from_slice(data).map_err(|error| error.to_string())?;
    let metadata = Metadata::try_from(raw).map_err(|problem| problem.to_string())?;
    if let Some(schema) = &metadata.settings {
        let schema = Value::Object(schema.clone());
        schema::check(&schema).map_err(|message| format!("`settings`: {message}"))?;
    }
    Ok(metadata)
}
