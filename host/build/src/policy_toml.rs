//! The file `policy.toml` of a policy project.

use crate::source::Source;
use admit_component::metadata::MAX;
use admit_component::schema::check_by_building;
use admit_core::Metadata;
use admit_engine::read_regular_file;
use anyhow::Context;
use serde_json::{Map, Value};
use std::path::{Component, Path};

/// Its name.
pub const FILE: &str = "policy.toml";

/// The metadata of a policy project, if it has any.
///
/// # Errors
///
/// If the file cannot be read or is not valid; the error points at its line.
pub fn read(folder: &Path) -> anyhow::Result<Option<(Source, Metadata)>> {
    let path = folder.join(FILE);
    if !path.exists() {
        return Ok(None);
    }
    let source =
        Source::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let metadata = Metadata::from_toml(&source.file, &source.text, |name| schema(folder, name));
    let metadata = metadata.map_err(|error| source.located(error))?;
    if let Some(schema) = &metadata.settings {
        check_by_building(schema).map_err(|message| {
            source.error(&admit_core::KeyPath::default().key("settings"), message)
        })?;
    }
    Ok(Some((source, metadata)))
}

/// Reads a schema from a file in the folder of the project. It becomes part of the component, which
/// others read: so a file from elsewhere on this machine is refused.
fn schema(folder: &Path, name: &str) -> Result<Map<String, Value>, String> {
    let path = folder.join(name);
    let is_named_inside = Path::new(name)
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    // A missing file is reported by the read below.
    if !is_named_inside || (path.exists() && !is_inside(&path, folder)) {
        return Err(format!(
            "`{name}` leads out of the project: name a file in the folder of `{FILE}`, or below it"
        ));
    }
    let bytes = read_regular_file(&path, MAX as u64)
        .map_err(|error| format!("cannot read `{name}`: {error}"))?;
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(schema)) => Ok(schema),
        Ok(_) => Err(format!("`{name}` is not a JSON Schema: expected a JSON object")),
        Err(error) => Err(format!("`{name}` is not JSON: {error}")),
    }
}

/// Whether a file is in a folder, or in one below it.
pub fn is_inside(file: &Path, folder: &Path) -> bool {
    file.canonicalize()
        .is_ok_and(|file| folder.canonicalize().is_ok_and(|folder| file.starts_with(folder)))
}
