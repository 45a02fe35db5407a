//! What a policy says of itself: read from its project, put into its component, and read
//! from there.

use crate::output::is_inside;
use crate::source::Source;
use admit_core::{Metadata, RawMetadata};
use admit_engine::read_regular_file;
use anyhow::{Context, bail};
use serde_json::{Map, Value};
use std::path::{Component, Path};
use wasm_encoder::{ComponentSection, CustomSection};
use wasm_metadata::{AddMetadata, AddMetadataField};

/// The file of a policy project that has its metadata.
pub(crate) const FILE: &str = "policy.toml";

/// The section of a component that has it.
pub(crate) const SECTION: &str = "admit:policy/metadata";

/// The largest schema, and the largest section, that is read, in bytes.
const MOST: usize = 1 << 20;

/// The metadata of a policy project, if it has any.
pub(crate) fn read(folder: &Path) -> anyhow::Result<Option<(Source, Metadata)>> {
    let path = folder.join(FILE);
    if !path.exists() {
        return Ok(None);
    }
    let source =
        Source::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let metadata = Metadata::from_toml(&source.file, &source.text, |name| schema(folder, name));
    let metadata = metadata.map_err(|error| source.located(error))?;
    if let Some(schema) = &metadata.settings {
        check_schema(schema).map_err(|message| {
            source.error(&admit_core::KeyPath::default().key("settings"), message)
        })?;
    }
    Ok(Some((source, metadata)))
}

/// A component with metadata in it: name, version and description where all tools look for
/// them, and everything in a section of its own.
pub(crate) fn embed(component: &[u8], metadata: &Metadata) -> anyhow::Result<Vec<u8>> {
    let mut add = AddMetadata::default();
    add.name = AddMetadataField::Set(metadata.name.to_string());
    add.version = AddMetadataField::Set(wasm_metadata::Version::new(metadata.version.clone()));
    add.description =
        AddMetadataField::Set(wasm_metadata::Description::new(metadata.description.clone()));
    add.processed_by = vec![("admit".to_owned(), env!("CARGO_PKG_VERSION").to_owned())];
    let mut bytes = add.to_wasm(component).context("cannot write metadata into the component")?;
    let data = serde_json::to_vec(&RawMetadata::from(metadata.clone()))?;
    if data.len() > MOST {
        bail!("the policy's metadata is larger than {} KiB", MOST >> 10);
    }
    CustomSection { name: SECTION.into(), data: data.into() }.append_to_component(&mut bytes);
    Ok(bytes)
}

/// The metadata in a section, which anybody may have written. An error says what is wrong.
pub(crate) fn from_section(data: &[u8]) -> Result<Metadata, String> {
    if data.len() > MOST {
        return Err(format!("it is larger than {} KiB", MOST >> 10));
    }
    let raw: RawMetadata = serde_json::from_slice(data).map_err(|error| error.to_string())?;
    let metadata = Metadata::try_from(raw).map_err(|problem| problem.to_string())?;
    if let Some(schema) = &metadata.settings {
        check_schema(schema).map_err(|message| format!("`settings`: {message}"))?;
    }
    Ok(metadata)
}

/// A schema that stands in a file of its own, named from the folder of the project. It becomes
/// part of the component, which others read: so none is taken from elsewhere on this machine.
fn schema(folder: &Path, name: &str) -> Result<Map<String, Value>, String> {
    let path = folder.join(name);
    let is_named_inside = Path::new(name)
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    // Where there is nothing, reading it says so.
    if !is_named_inside || (path.exists() && !is_inside(&path, folder)) {
        return Err(format!(
            "`{name}` leads out of the project: name a file in the folder of `{FILE}`, or below it"
        ));
    }
    let bytes = read_regular_file(&path, MOST as u64)
        .map_err(|error| format!("cannot read `{name}`: {error}"))?;
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(schema)) => Ok(schema),
        Ok(_) => Err(format!("`{name}` is no JSON Schema: expected a JSON object")),
        Err(error) => Err(format!("`{name}` is no JSON: {error}")),
    }
}

fn check_schema(schema: &Map<String, Value>) -> Result<(), String> {
    let schema = Value::Object(schema.clone());
    jsonschema::validator_for(&schema)
        .map(|_| ())
        .map_err(|error| format!("no JSON Schema that can be used: {error}"))
}
