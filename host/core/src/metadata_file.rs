//! Reads `policy.toml`.

use crate::key_path::KeyPath;
use crate::metadata::{Metadata, RawMetadata};
use crate::toml_file::{FileError, as_json, read_toml};
use serde_json::{Map, Value};

impl Metadata {
    /// Parses the text of a `policy.toml`. The file name is only used in errors.
    ///
    /// `schema` reads a settings schema that is in a file of its own, by the name of that file. Its
    /// error is reported at the key that names the file.
    pub fn from_toml(
        file: &str,
        text: &str,
        schema: impl FnOnce(&str) -> Result<Map<String, Value>, String>,
    ) -> Result<Metadata, FileError> {
        let mut raw: RawMetadata = read_toml(file, text)?;
        let here = KeyPath::default().key("settings");
        if let Some(Value::String(name)) = &raw.settings {
            let schema =
                schema(name).map_err(|message| FileError::at(file, text, &here, message))?;
            raw.settings = Some(Value::Object(schema));
        } else if let Some(schema) = &mut raw.settings {
            as_json(here, schema).map_err(|problem| FileError::new(file, text, problem))?;
        }
        Metadata::try_from(raw).map_err(|problem| FileError::new(file, text, problem))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "name = \"a\"\nversion = \"1\"\ndescription = \"d\"\nreads = []\nverdicts = []\n";

    #[test]
    fn a_schema_may_be_in_a_separate_file() {
        let text = format!("{TEXT}settings = \"s.json\"\n");
        let metadata = Metadata::from_toml("policy.toml", &text, |name| {
            assert_eq!(name, "s.json");
            Ok(Map::from_iter([("type".to_owned(), "object".into())]))
        });
        assert_eq!(metadata.unwrap().settings.unwrap()["type"], "object");
        let error = Metadata::from_toml("policy.toml", &text, |_| Err("no such file".to_owned()));
        assert_eq!(error.unwrap_err().to_string(), "policy.toml:6:12: `settings`: no such file");
    }

    #[test]
    fn an_error_names_file_line_and_key() {
        let none = |_: &str| Err(String::new());
        for (line, expected) in [
            (
                "denial = 1",
                "policy.toml:6:1: `denial`: unknown field `denial`, expected one of `name`, \
                 `version`, `description`, `language`, `reads`, `facts`, `verdicts`, `settings`, `denials`",
            ),
            (
                "[settings]\ndefault = nan",
                "policy.toml:7:11: `settings.default`: `nan` and `inf` cannot be \
                 represented in JSON",
            ),
        ] {
            let error = Metadata::from_toml("policy.toml", &format!("{TEXT}{line}\n"), none);
            assert_eq!(error.unwrap_err().to_string(), expected);
        }
        let text = TEXT.replace("reads = []", "reads = [\"userName\", \"mail\"]");
        let error = Metadata::from_toml("policy.toml", &text, none).unwrap_err();
        assert_eq!((error.line, error.key.as_deref()), (4, Some("reads[1]")));
    }
}
