//! Descriptions of components, which `admit inspect` shows and which a bundle contains.

use crate::bounds::{self, MAX_BYTES};
use crate::stored_file::StoredFiles;
use admit_component::ComponentInfo;
use admit_core::{Metadata, RawMetadata, printable};
use admit_engine::bundle::{ABOUT, Index};
use admit_engine::{Digest, is_granted};
use anyhow::ensure;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The components of a bundle, by the digests of their sources.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct About {
    /// The description of each one.
    pub components: BTreeMap<Digest, ComponentSummary>,
}

/// The description of a component, read from its bytes without running it.
///
/// In a bundle, the author of the bundle wrote it, and there is no component to compare it with.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ComponentSummary {
    /// The size in bytes.
    pub size: usize,
    /// The version of the contract that it exports.
    pub contract: Option<String>,
    /// The imports with functions.
    pub imports: Vec<Import>,
    /// The exports.
    pub exports: Vec<Export>,
    /// The tools that produced it.
    pub producers: Vec<String>,
    /// The metadata.
    pub metadata: Option<RawMetadata>,
    /// The reason why the metadata cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata_error: Option<String>,
}

/// An import of a component.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "RawImport", rename_all = "kebab-case")]
pub struct Import {
    /// Its name.
    pub name: String,
    /// Whether it is granted to policies.
    pub granted: bool,
    /// Its functions and types, as in WIT.
    pub types: Vec<String>,
}

/// An import as written in a bundle. Its name determines whether it is granted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawImport {
    name: String,
    #[serde(default, rename = "granted")]
    _granted: IgnoredAny,
    types: Vec<String>,
}

/// An export of a component.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Export {
    /// Its name.
    pub name: String,
    /// Its functions and types, as in WIT.
    pub types: Vec<String>,
}

/// The maximum number of characters of a name in a component, which is untrusted.
const MAX_CHARACTERS: usize = 200;

impl About {
    /// Describes components.
    ///
    /// # Errors
    ///
    /// If one of them is not a component.
    pub fn of<'a>(components: impl Iterator<Item = &'a [u8]>) -> anyhow::Result<About> {
        let one = |bytes| Ok((Digest::new(bytes), ComponentSummary::of(bytes)?));
        Ok(About { components: components.map(one).collect::<anyhow::Result<_>>()? })
    }

    /// Reads the descriptions in a bundle; empty if the bundle has none.
    pub fn in_bundle(
        index: &Index,
        files: &StoredFiles,
    ) -> Result<BTreeMap<Digest, ComponentSummary>, String> {
        let (Some(digest), Some(file)) = (index.about, files.get(ABOUT)) else {
            return Ok(BTreeMap::new());
        };
        // A damaged or too large file is a flaw of the bundle, which is reported with the others.
        match file.text() {
            Ok(text) if Digest::new(text) == digest => Ok(About::from_json(text)?.components),
            _ => Ok(BTreeMap::new()),
        }
    }

    /// Reads descriptions, which are untrusted.
    ///
    /// # Errors
    ///
    /// Returns an error if the format is not that of [`About::to_json`], or if there are too many
    /// values.
    pub fn from_json(text: &[u8]) -> Result<About, String> {
        bounds::check(text)?;
        let mut about: About = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        about.components.values_mut().for_each(ComponentSummary::check_metadata);
        Ok(about)
    }

    /// Writes the descriptions; the same components give the same text.
    ///
    /// # Errors
    ///
    /// Returns an error if the text would be too large to be read.
    pub fn to_json(&self) -> anyhow::Result<Vec<u8>> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        let most = MAX_BYTES >> 20;
        ensure!(
            text.len() as u64 <= MAX_BYTES,
            "what the components are takes more than {most} MiB"
        );
        Ok(text.into_bytes())
    }
}

impl ComponentSummary {
    /// Reads a component of any world.
    ///
    /// # Errors
    ///
    /// If it is not a component.
    pub fn of(bytes: &[u8]) -> anyhow::Result<ComponentSummary> {
        let info = ComponentInfo::parse(bytes)?;
        let contract = info.contract().map(|version| printable(version, MAX_CHARACTERS));
        let import = |(name, types): (&String, _)| Import {
            name: printable(name, MAX_CHARACTERS),
            granted: is_granted(name),
            types,
        };
        let export =
            |(name, types): (&String, _)| Export { name: printable(name, MAX_CHARACTERS), types };
        let (metadata, metadata_error) = match info.metadata {
            None => (None, None),
            Some(Ok(metadata)) => (Some(metadata.into()), None),
            Some(Err(reason)) => (None, Some(printable(&reason, MAX_CHARACTERS))),
        };
        Ok(ComponentSummary {
            size: bytes.len(),
            contract,
            imports: info.imports.iter().zip(info.import_types).map(import).collect(),
            exports: info.exports.iter().zip(info.export_types).map(export).collect(),
            producers: info.producers,
            metadata,
            metadata_error,
        })
    }

    /// Returns the metadata, if it is valid.
    pub fn metadata(&self) -> Option<Metadata> {
        Metadata::try_from(self.metadata.clone()?).ok()
    }

    /// Returns the description without the schema of the settings, which may be large.
    pub fn requests(&self) -> Option<Metadata> {
        Metadata::try_from(self.metadata.as_ref()?.without_settings()).ok()
    }

    /// Returns the minimum size as JSON, in bytes.
    pub fn json_size(&self) -> u64 {
        let mut size = Size(0);
        match serde_json::to_writer(&mut size, self) {
            Ok(()) => size.0,
            Err(_) => u64::MAX,
        }
    }

    /// Replaces invalid metadata by the reason why it is invalid.
    fn check_metadata(&mut self) {
        let Some(raw) = &self.metadata else { return };
        let mut checked = raw.without_settings();
        checked.settings = match &raw.settings {
            Some(Value::Object(_)) | None => None,
            Some(_) => Some(Value::Null),
        };
        if let Err(problem) = Metadata::try_from(checked) {
            self.metadata = None;
            self.metadata_error = Some(printable(&problem.to_string(), MAX_CHARACTERS));
        }
    }

    /// Returns whether all imports are granted and the metadata can be read.
    pub fn is_sound(&self) -> bool {
        self.metadata_error.is_none() && self.imports.iter().all(|import| import.granted)
    }
}

/// Counts what is written.
struct Size(u64);

impl Write for Size {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Import {
    /// Returns its name, marked if it is not granted.
    pub fn marked(&self) -> String {
        match self.granted {
            true => self.name.clone(),
            false => format!("{} (not granted)", self.name),
        }
    }
}

impl From<RawImport> for Import {
    fn from(RawImport { name, types, .. }: RawImport) -> Import {
        Import { granted: is_granted(&name), name, types }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the description of a component in a bundle.
    fn read(imports: &str, metadata: &str) -> ComponentSummary {
        let digest = Digest::new(b"");
        let text = format!(
            r#"{{"components": {{"{digest}": {{"size": 1, "contract": null, "exports": [],
                "producers": [], "imports": {imports}, "metadata": {metadata}}}}}}}"#
        );
        About::from_json(text.as_bytes()).unwrap().components.remove(&digest).unwrap()
    }

    #[test]
    fn what_is_granted_is_not_read() {
        for (name, written, granted) in [
            ("evil:x/y@1.0.0", r#","granted": true"#, false),
            ("evil:x/y@1.0.0", "", false),
            ("admit:policy/log@0.1.0", r#","granted": false"#, true),
        ] {
            let imports = format!(r#"[{{"name": "{name}", "types": []{written}}}]"#);
            let summary = read(&imports, "null");
            assert_eq!(summary.imports[0].granted, granted);
            assert_eq!(summary.is_sound(), granted);
        }
    }

    #[test]
    fn metadata_that_is_not_as_it_must_be_is_said_so() {
        let metadata = |description: &str| {
            format!(
                r#"{{"name": "p", "version": "1", "description": "{description}",
                    "reads": [], "verdicts": []}}"#
            )
        };
        assert!(read("[]", &metadata("d")).is_sound());
        let summary = read("[]", &metadata("\\u001b[31m"));
        assert!(summary.metadata().is_none());
        let reason = summary.metadata_error.clone().unwrap();
        assert_eq!(reason, "`description`: expected one printable line");
        assert!(!summary.is_sound());
    }
}
