//! The JSON Schema of a policy's settings, kept in step with their Rust type.
//!
//! `policy.toml` names the file of the schema, and a test compares it with the type. This
//! needs the feature `schema`, for tests alone, so that nothing of it gets into the component:
//!
//! ```toml
//! [dev-dependencies]
//! admit-policy = { path = "../admit/guest-sdk/rust", features = ["schema"] }
//! schemars = "1.2"
//! ```
//!
//! ```no_run
//! # use serde::Deserialize;
//! /// The settings, as they stand in the manifest.
//! #[derive(Deserialize)]
//! # #[derive(schemars::JsonSchema)]
//! #[cfg_attr(test, derive(schemars::JsonSchema))]
//! #[serde(deny_unknown_fields)]
//! struct Settings {
//!     /// The reserved names.
//!     #[cfg_attr(test, schemars(length(min = 1)))]
//!     names: Vec<String>,
//! }
//!
//! // In a project of your own, the line below is the body of a `#[test]` function.
//! admit_policy::schema::check::<Settings>("settings.schema.json");
//! ```
//!
//! `ADMIT_UPDATE_SCHEMA=1 cargo test` writes the file. Comments on the fields are what people
//! read about them; schemars' attributes say what the type cannot, such as `range` or `length`.

use schemars::JsonSchema;
use serde_json::Value;
use std::{env, fs};

/// The environment variable with which [`check`] writes the file.
const UPDATE: &str = "ADMIT_UPDATE_SCHEMA";

/// Checks that a file, named from the folder of the package, has the schema of the settings.
///
/// With `ADMIT_UPDATE_SCHEMA=1` in the environment it writes the file instead.
///
/// # Panics
///
/// Ends the test if the file differs, with the places that do and with what to type.
#[track_caller]
#[expect(clippy::panic, reason = "it is a test that ends")]
pub fn check<Settings: JsonSchema>(file: &str) {
    let schema = schemars::schema_for!(Settings).to_value();
    let checked = match env::var_os(UPDATE) {
        Some(_) => write(file, &schema),
        None => compare(file, &schema),
    };
    if let Err(message) = checked {
        panic!("{message}");
    }
}

fn write(file: &str, schema: &Value) -> Result<(), String> {
    fs::write(file, format!("{schema:#}\n"))
        .map_err(|error| format!("cannot write `{file}`: {error}"))
}

fn compare(file: &str, schema: &Value) -> Result<(), String> {
    let remedy = format!("run `{UPDATE}=1 cargo test` to write it, and look at what it says");
    let text = fs::read_to_string(file)
        .map_err(|error| format!("cannot read `{file}`: {error}; {remedy}"))?;
    let found: Value = serde_json::from_str(&text)
        .map_err(|error| format!("`{file}` is not JSON: {error}; {remedy}"))?;
    let mut differences = String::new();
    differ("", &found, schema, &mut differences);
    match differences.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "`{file}` is not the schema of the settings; {remedy}\n  file, then type:{differences}"
        )),
    }
}

/// Lists, by their JSON pointers, the places where a file differs from what it should have.
fn differ(here: &str, found: &Value, expected: &Value, differences: &mut String) {
    if let (Value::Object(found), Value::Object(expected)) = (found, expected) {
        let added = expected.keys().filter(|&key| !found.contains_key(key));
        for key in found.keys().chain(added) {
            let value = |object: &serde_json::Map<String, Value>| object.get(key).cloned();
            let (found, expected) = (value(found), value(expected));
            let here = format!("{here}/{key}");
            match (found, expected) {
                (Some(found), Some(expected)) => differ(&here, &found, &expected, differences),
                (found, expected) => {
                    let text = |value: Option<Value>| {
                        value.map_or_else(|| "nothing".to_owned(), |value| value.to_string())
                    };
                    let (found, expected) = (text(found), text(expected));
                    *differences += &format!("\n  {here}: {found}, {expected}");
                }
            }
        }
    } else if found != expected {
        *differences += &format!("\n  {here}: {found}, {expected}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_file_that_differs_is_told_apart_place_by_place() {
        let folder = env::temp_dir().join(format!("admit-schema-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("settings.schema.json");
        let file = file.to_str().unwrap();
        let schema = json!({"type": "object", "properties": {"a": {"minimum": 1}, "b": true}});

        let missing = compare(file, &schema).unwrap_err();
        assert!(missing.starts_with(&format!("cannot read `{file}`: ")), "{missing}");
        assert!(missing.contains("run `ADMIT_UPDATE_SCHEMA=1 cargo test`"), "{missing}");

        fs::write(file, "{").unwrap();
        assert!(compare(file, &schema).unwrap_err().contains("is not JSON: EOF"));

        write(file, &schema).unwrap();
        assert_eq!(compare(file, &schema), Ok(()));
        assert!(fs::read_to_string(file).unwrap().ends_with("\n}\n"));

        let changed = json!({"properties": {"a": {"minimum": 2}, "c": []}, "type": "object"});
        write(file, &changed).unwrap();
        let error = compare(file, &schema).unwrap_err();
        let (_, places) = error.split_once("\n  file, then type:").unwrap();
        assert_eq!(
            places,
            "\n  /properties/a/minimum: 2, 1\n  /properties/c: [], nothing\n  /properties/b: \
             nothing, true"
        );
        fs::remove_dir_all(folder).unwrap();
    }

    /// The test of a policy, as its author writes it.
    #[test]
    #[should_panic(expected = "/properties/characters/minimum: nothing, 0")]
    fn a_test_ends_where_the_type_says_more() {
        #[derive(JsonSchema)]
        #[expect(dead_code, reason = "its shape is what is tested")]
        struct Settings {
            characters: usize,
        }

        let file = env::temp_dir().join(format!("admit-{}.schema.json", std::process::id()));
        let mut schema = schemars::schema_for!(Settings).to_value();
        let characters = schema.pointer_mut("/properties/characters").unwrap();
        characters.as_object_mut().unwrap().remove("minimum");
        fs::write(&file, schema.to_string()).unwrap();
        check::<Settings>(file.to_str().unwrap());
    }
}
