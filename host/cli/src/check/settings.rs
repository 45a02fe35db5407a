//! Settings against the JSON Schema that a policy has for them.

use admit_core::{KeyPath, Metadata, printable};
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// A setting that is not as the schema says.
pub(super) struct Misfit {
    /// From the settings to the value.
    pub(super) key: Vec<Step>,
    /// What is wrong, without the value, which may be a secret.
    pub(super) message: String,
}

/// One step into a value.
pub(super) enum Step {
    Key(String),
    Index(usize),
}

/// The most that is said of the settings of one policy.
const MAX: usize = 20;

/// How long a word of the schema, which is somebody else's, may be in a message.
const MAX_CHARACTERS: usize = 300;

/// How long a schema may take; one that was written for settings takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(3);

/// As much as the main thread has.
const STACK_BYTES: usize = 8 << 20;

/// What of the settings is not as the metadata says; nothing if there is none.
pub(super) fn misfits(metadata: Option<&Metadata>, settings: &Value) -> Vec<Misfit> {
    let Some(metadata) = metadata else { return Vec::new() };
    let Some(schema) = &metadata.settings else {
        let keys = settings.as_object().into_iter().flat_map(|settings| settings.keys());
        let misfit = |key: &String| Misfit {
            key: vec![Step::Key(key.clone())],
            message: "the policy takes no settings".to_owned(),
        };
        return keys.take(MAX).map(misfit).collect();
    };
    let (schema, settings) = (Value::Object(schema.clone()), settings.clone());
    in_time(move || match jsonschema::validator_for(&schema) {
        Ok(validator) => {
            let errors = validator.iter_errors(&settings);
            errors.flat_map(|error| of(&error, &settings)).take(MAX).collect()
        }
        // It was tried when the metadata was read.
        Err(_) => Vec::new(),
    })
}

/// What a schema finds, unless that takes too long: a few lines of a stranger's schema can
/// take for ever, and nothing interrupts them. What is left running ends with the process.
fn in_time(find: impl FnOnce() -> Vec<Misfit> + Send + 'static) -> Vec<Misfit> {
    let (sender, receiver) = channel();
    let searching = thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
        // Nobody may be waiting any more.
        let _ = sender.send(find());
    });
    match searching.map(|_| receiver.recv_timeout(PATIENCE)) {
        Ok(Ok(misfits)) => misfits,
        _ => vec![Misfit {
            key: Vec::new(),
            message: format!(
                "the schema that the policy has for them takes more than {} s to check them by; \
                 it must be made simpler",
                PATIENCE.as_secs()
            ),
        }],
    }
}

impl Step {
    /// The path with this step more.
    pub(super) fn onto(path: KeyPath, step: &Step) -> KeyPath {
        match step {
            Step::Key(key) => path.key(key),
            Step::Index(index) => path.index(*index),
        }
    }
}

fn of(error: &ValidationError<'_>, settings: &Value) -> Vec<Misfit> {
    let here = || steps(error, settings);
    match error.kind() {
        // Each at its own key.
        ValidationErrorKind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|name| Misfit {
                key: here().into_iter().chain([Step::Key(name.clone())]).collect(),
                message: format!("the policy has no setting `{}`", printable(name, MAX_CHARACTERS)),
            })
            .collect(),
        _ => {
            let key = here();
            let name = key.iter().fold(KeyPath::default().key("settings"), Step::onto).to_string();
            let name = printable(&name, MAX_CHARACTERS);
            let reason = error.masked_with(format!("`{name}`")).to_string();
            vec![Misfit { key, message: printable(&reason, MAX_CHARACTERS) }]
        }
    }
}

/// The steps of a JSON pointer, in which the index of a list looks like a key.
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
        let found: Vec<(String, String)> = misfits(Some(&metadata), &settings)
            .into_iter()
            .map(|misfit| {
                let key = misfit.key.iter().fold(KeyPath::default().key("settings"), Step::onto);
                (key.to_string(), misfit.message)
            })
            .collect();
        let found: Vec<(&str, &str)> =
            found.iter().map(|(key, message)| (key.as_str(), message.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_misfit_is_named_by_its_key_and_never_by_its_value() {
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
    fn a_schema_that_never_ends_is_given_up() {
        let twice = |level: u32| {
            let below = json!({ "$ref": format!("#/$defs/a{}", level + 1) });
            (format!("a{level}"), json!({ "allOf": [below, below] }))
        };
        let mut definitions: serde_json::Map<String, Value> = (0..60).map(twice).collect();
        definitions.insert("a60".to_owned(), json!(true));
        let schema = json!({ "$ref": "#/$defs/a0", "$defs": definitions });
        let message = "the schema that the policy has for them takes more than 3 s to check them \
                       by; it must be made simpler";
        check(schema, json!({}), &[("settings", message)]);
    }

    #[test]
    fn who_takes_no_settings_is_given_none() {
        check(Value::Null, json!({ "a": 1 }), &[("settings.a", "the policy takes no settings")]);
    }
}
