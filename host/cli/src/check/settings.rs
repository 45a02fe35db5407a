//! Validates settings against the JSON Schema of a policy.

use admit_core::{KeyPath, Metadata, printable};
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// A setting that violates the schema.
pub(super) struct SchemaError {
    /// The path from the settings to the value.
    pub(super) key: Vec<Step>,
    /// The reason, without the value, which may be a secret.
    pub(super) message: String,
}

/// One step of a path into a JSON value.
pub(super) enum Step {
    Key(String),
    Index(usize),
}

/// The maximum number of errors per policy.
const MAX: usize = 20;

/// The maximum length of an error, which quotes an untrusted schema.
const MAX_CHARACTERS: usize = 300;

/// The time limit of a validation, which takes milliseconds with a reasonable schema.
const TIMEOUT: Duration = Duration::from_secs(3);

/// The stack size of the validating thread, the same as that of the main thread.
const STACK_BYTES: usize = 8 << 20;

/// Validates settings against the schema in the metadata. Without metadata, there are no errors.
pub(super) fn schema_errors(metadata: Option<&Metadata>, settings: &Value) -> Vec<SchemaError> {
    let Some(metadata) = metadata else { return Vec::new() };
    let Some(schema) = &metadata.settings else {
        let keys = settings.as_object().into_iter().flat_map(|settings| settings.keys());
        let error = |key: &String| SchemaError {
            key: vec![Step::Key(key.clone())],
            message: "the policy takes no settings".to_owned(),
        };
        return keys.take(MAX).map(error).collect();
    };
    let (schema, settings) = (Value::Object(schema.clone()), settings.clone());
    with_timeout(move || match jsonschema::validator_for(&schema) {
        Ok(validator) => {
            let errors = validator.iter_errors(&settings);
            errors.flat_map(|error| from_validation(&error, &settings)).take(MAX).collect()
        }
        // An invalid schema is an error in the metadata, and reported there.
        Err(_) => Vec::new(),
    })
}

/// Runs a validation with a time limit: an untrusted schema of a few lines can take practically
/// for ever, and a validation cannot be interrupted. Its thread ends with the process.
fn with_timeout(validate: impl FnOnce() -> Vec<SchemaError> + Send + 'static) -> Vec<SchemaError> {
    let (sender, receiver) = channel();
    let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
        // The receiver is gone after a timeout.
        let _ = sender.send(validate());
    });
    match thread.map(|_| receiver.recv_timeout(TIMEOUT)) {
        Ok(Ok(errors)) => errors,
        _ => vec![SchemaError {
            key: Vec::new(),
            message: format!(
                "validation with the policy's schema takes more than {} s: simplify the schema",
                TIMEOUT.as_secs()
            ),
        }],
    }
}

impl Step {
    /// Appends a step to a path.
    pub(super) fn append_to(path: KeyPath, step: &Step) -> KeyPath {
        match step {
            Step::Key(key) => path.key(key),
            Step::Index(index) => path.index(*index),
        }
    }
}

fn from_validation(error: &ValidationError<'_>, settings: &Value) -> Vec<SchemaError> {
    let here = || steps(error, settings);
    match error.kind() {
        // One error for each unexpected key, at that key.
        ValidationErrorKind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|name| SchemaError {
                key: here().into_iter().chain([Step::Key(name.clone())]).collect(),
                message: format!("the policy has no setting `{}`", printable(name, MAX_CHARACTERS)),
            })
            .collect(),
        _ => {
            let key = here();
            let name = key.iter().fold(KeyPath::default().key("settings"), Step::append_to);
            let name = name.to_string();
            let name = printable(&name, MAX_CHARACTERS);
            let reason = error.masked_with(format!("`{name}`")).to_string();
            vec![SchemaError { key, message: printable(&reason, MAX_CHARACTERS) }]
        }
    }
}

/// The steps of a JSON pointer, in which an index cannot be told from a key without the value.
fn steps(error: &ValidationError<'_>, settings: &Value) -> Vec<Step> {
    let mut value = Some(settings);
    let mut steps = Vec::new();
    for segment in error.instance_path().segments() {
        let segment = segment.to_string();
        let (step, inner) = match (value, segment.parse()) {
            (Some(Value::Array(items)), Ok(index)) => (Step::Index(index), items.get(index)),
            (value, _) => {
                let inner = value.and_then(|value| value.get(&segment));
                (Step::Key(segment), inner)
            }
        };
        steps.push(step);
        value = inner;
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use admit_core::RawMetadata;
    use serde_json::json;

    fn check(schema: Value, settings: Value, expected: &[(&str, &str)]) {
        let raw = json!({
            "name": "a", "version": "1", "description": "d", "reads": [], "verdicts": [],
            "settings": schema,
        });
        let raw: RawMetadata = serde_json::from_value(raw).unwrap();
        let metadata = Metadata::try_from(raw).unwrap();
        let found: Vec<(String, String)> = schema_errors(Some(&metadata), &settings)
            .into_iter()
            .map(|error| {
                let root = KeyPath::default().key("settings");
                let key = error.key.iter().fold(root, Step::append_to);
                (key.to_string(), error.message)
            })
            .collect();
        let found: Vec<(&str, &str)> =
            found.iter().map(|(key, message)| (key.as_str(), message.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn an_error_shows_the_key_and_never_the_value() {
        let schema = json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["list"],
            "properties": {
                "list": { "items": { "type": "string", "maxLength": 5 } },
                "0": { "type": "integer" },
            },
        });
        check(schema.clone(), json!({ "list": [] }), &[]);
        check(
            schema.clone(),
            json!({ "list": ["a", "secret"], "0": "s3cret" }),
            &[
                ("settings.0", "`settings.0` is not of type \"integer\""),
                ("settings.list[1]", "`settings.list[1]` is longer than 5 characters"),
            ],
        );
        check(
            schema,
            json!({ "lists": 1 }),
            &[
                ("settings.lists", "the policy has no setting `lists`"),
                ("settings", "\"list\" is a required property"),
            ],
        );
    }

    #[test]
    fn an_endless_validation_times_out() {
        let twice = |level: u32| {
            let below = json!({ "$ref": format!("#/$defs/a{}", level + 1) });
            (format!("a{level}"), json!({ "allOf": [below, below] }))
        };
        let mut definitions: serde_json::Map<String, Value> = (0..60).map(twice).collect();
        definitions.insert("a60".to_owned(), json!(true));
        let schema = json!({ "$ref": "#/$defs/a0", "$defs": definitions });
        let message =
            "validation with the policy's schema takes more than 3 s: simplify the schema";
        check(schema, json!({}), &[("settings", message)]);
    }

    #[test]
    fn settings_without_a_schema_are_errors() {
        check(Value::Null, json!({ "a": 1 }), &[("settings.a", "the policy takes no settings")]);
    }
}
