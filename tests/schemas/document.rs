//! A TOML file as the tool sees it, and as its schema does.

use admit_core::{Manifest, Metadata};
use admit_tests::root;
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::{Map, Value};
use std::fs;
use std::path::{Path, PathBuf};

/// The kinds of TOML files that people write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Admit,
    Policy,
    Cases,
}

impl Kind {
    pub(crate) const ALL: [Kind; 3] = [Kind::Admit, Kind::Policy, Kind::Cases];

    /// By the name of a file.
    pub(crate) fn of_file(path: &Path) -> Option<Kind> {
        match path.file_name()?.to_str()? {
            "admit.toml" => Some(Kind::Admit),
            "policy.toml" => Some(Kind::Policy),
            "cases.toml" => Some(Kind::Cases),
            _ => None,
        }
    }

    /// By what a text has.
    pub(crate) fn of_text(text: &str) -> Option<Kind> {
        let table: Map<String, Value> = toml::from_str(text).ok()?;
        let has = |key| table.contains_key(key);
        match () {
            () if has("policy") => Some(Kind::Admit),
            () if has("case") => Some(Kind::Cases),
            () if has("reads") && has("description") => Some(Kind::Policy),
            () => None,
        }
    }

    /// Where its schema is.
    pub(crate) fn file(self) -> PathBuf {
        let name = format!("{self:?}").to_lowercase();
        root().join(format!("schemas/{name}.schema.json"))
    }

    pub(crate) fn schema(self) -> Value {
        serde_json::from_str(&fs::read_to_string(self.file()).unwrap()).unwrap()
    }
}

/// A text of a kind.
pub(crate) struct Document {
    pub(crate) kind: Kind,
    pub(crate) text: String,
}

impl Document {
    pub(crate) fn new(kind: Kind, text: String) -> Document {
        Document { kind, text }
    }

    /// The key that the tool refuses.
    pub(crate) fn refused_by_tool(&self) -> Option<String> {
        let Document { kind, text } = self;
        let read = match kind {
            Kind::Admit => Manifest::from_toml("admit.toml", text).map(drop),
            Kind::Policy => {
                Metadata::from_toml("policy.toml", text, |_| Ok(Map::default())).map(drop)
            }
            Kind::Cases => Ok(()),
        };
        read.err().map(|error| error.key.expect("the text is TOML"))
    }

    /// The keys that its schema refuses.
    pub(crate) fn refused_by_schema(&self) -> Vec<String> {
        let schema = self.kind.schema();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let value = toml::from_str(&self.text).unwrap();
        validator.iter_errors(&value).flat_map(|error| places(&error)).collect()
    }
}

/// The keys that an error is about, as the tool writes them.
fn places(error: &ValidationError<'_>) -> Vec<String> {
    let mut here = String::new();
    for segment in error.instance_path().as_str().split('/').skip(1) {
        let segment = segment.replace("~1", "/").replace("~0", "~");
        match segment.parse::<usize>() {
            Ok(index) => here.push_str(&format!("[{index}]")),
            Err(_) => here = member(&here, &segment),
        }
    }
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            unexpected.iter().map(|name| member(&here, name)).collect()
        }
        ValidationErrorKind::PropertyNames { error } => {
            vec![member(&here, error.instance().as_str().unwrap())]
        }
        _ => vec![here],
    }
}

fn member(here: &str, name: &str) -> String {
    if here.is_empty() { name.to_owned() } else { format!("{here}.{name}") }
}
