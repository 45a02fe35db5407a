//! Validates settings against a JSON Schema in a child process: an untrusted schema of a few lines
//! can take practically for ever, and a validation cannot be interrupted.

use crate::process::child::{self, Allowance, NoAnswer};
use admit_core::{KeyPath, printable};
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The name of the job.
pub(crate) const NAME: &str = "schema";

/// The limits of a validation. A reasonable schema takes a thousandth of them.
const ALLOWANCE: Allowance = Allowance { seconds: 3, memory: 256 << 20 };

/// A schema, and the settings to validate.
#[derive(Serialize, Deserialize)]
pub(crate) struct Question {
    schema: Value,
    settings: Value,
}

/// The errors in the settings, or the reason why the schema cannot be used.
pub(crate) type Answer = Result<Vec<SchemaError>, String>;

/// A setting that violates the schema.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SchemaError {
    /// The path from the settings to the value.
    pub(crate) key: Vec<Step>,
    /// The reason, without the value, which may be a secret.
    pub(crate) message: String,
}

/// One step of a path into a JSON value.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

/// The maximum number of errors per policy.
pub(super) const MAX: usize = 20;

/// The maximum length of an error, which quotes an untrusted schema.
const MAX_CHARACTERS: usize = 300;

/// Validates settings against a schema in a child process.
pub(super) fn validate(schema: Value, settings: Value) -> Answer {
    let question = Question { schema, settings };
    match child::ask(NAME, &question, &[], ALLOWANCE) {
        Ok((answer, _)) => answer,
        Err(NoAnswer::Exceeded(limit)) => Err(format!(
            "validation with the policy's schema takes more than {limit}: simplify the schema"
        )),
        Err(NoAnswer::Failed(reason)) => {
            Err(format!("the policy's schema cannot be used: {reason}"))
        }
    }
}

/// The work of the child process.
pub(crate) fn work(question: Question, _: Vec<u8>) -> (Answer, Vec<u8>) {
    let Question { schema, settings } = question;
    let answer = match jsonschema::validator_for(&schema) {
        Ok(validator) => {
            let errors = validator.iter_errors(&settings);
            Ok(errors.flat_map(|error| from_validation(&error, &settings)).take(MAX).collect())
        }
        Err(error) => {
            let reason = printable(&error.to_string(), MAX_CHARACTERS);
            Err(format!("the policy's schema cannot be used: {reason}"))
        }
    };
    (answer, Vec::new())
}

impl Step {
    /// Appends a step to a path.
    pub(crate) fn append_to(path: KeyPath, step: &Step) -> KeyPath {
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
            let name =
                key.iter().fold(KeyPath::default().key("settings"), Step::append_to).to_string();
            let name = printable(&name, MAX_CHARACTERS);
            let reason = error.masked_with(format!("`{name}`")).to_string();
            vec![SchemaError { key, message: printable(&reason, MAX_CHARACTERS) }]
        }
    }
}

/// Returns the steps of a JSON pointer. The value tells whether a number is an index or a key.
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
    use serde_json::json;

    fn check(schema: Value, settings: Value, expected: &[(&str, &str)]) {
        let found: Vec<(String, String)> = work(Question { schema, settings }, Vec::new())
            .0
            .unwrap()
            .into_iter()
            .map(|error| {
                let key =
                    error.key.iter().fold(KeyPath::default().key("settings"), Step::append_to);
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
    fn an_unusable_schema_is_an_error() {
        let schema = json!({ "$ref": "#/$defs/nowhere" });
        let (answer, _) = work(Question { schema, settings: json!({}) }, Vec::new());
        let reason = answer.unwrap_err();
        assert!(reason.starts_with("the policy's schema cannot be"), "{reason}");
    }
}
