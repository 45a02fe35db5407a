//! Finds what of some settings is not as their JSON Schema says, in a process of its own: a few
//! lines of a stranger's schema can take for ever, and nothing interrupts them.

use crate::process::child::{self, Allowance, NoAnswer};
use admit_core::{KeyPath, printable};
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The name of the job.
pub(crate) const NAME: &str = "schema";

/// What an honest schema takes a thousandth of.
const ALLOWANCE: Allowance = Allowance { seconds: 3, memory: 256 << 20 };

/// A schema, and the settings that are to be as it says.
#[derive(Serialize, Deserialize)]
pub(crate) struct Question {
    schema: Value,
    settings: Value,
}

/// What is not as it says, or why the schema cannot be used.
pub(crate) type Answer = Result<Vec<Misfit>, String>;

/// A setting that is not as the schema says.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Misfit {
    /// From the settings to the value.
    pub(crate) key: Vec<Step>,
    /// What is wrong, without the value, which may be a secret.
    pub(crate) message: String,
}

/// One step into a value.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

/// The most that is said of the settings of one policy.
pub(super) const MAX: usize = 20;

/// As much of a message as is printed: names in it are somebody else's.
const MAX_CHARACTERS: usize = 300;

/// Has a child compare settings with a schema.
pub(super) fn misfits(schema: Value, settings: Value) -> Answer {
    let question = Question { schema, settings };
    match child::ask(NAME, &question, &[], ALLOWANCE) {
        Ok((answer, _)) => answer,
        Err(NoAnswer::Exceeded(limit)) => Err(format!(
            "the schema that the policy has for them takes more than {limit} to check them by: it \
             must be made simpler"
        )),
        Err(NoAnswer::Failed(reason)) => {
            Err(format!("the schema that the policy has for them cannot be used: {reason}"))
        }
    }
}

/// The job, as the child does it.
pub(crate) fn work(question: Question, _: Vec<u8>) -> (Answer, Vec<u8>) {
    let Question { schema, settings } = question;
    let answer = match jsonschema::validator_for(&schema) {
        Ok(validator) => {
            let errors = validator.iter_errors(&settings);
            Ok(errors.flat_map(|error| of(&error, &settings)).take(MAX).collect())
        }
        Err(error) => {
            let reason = printable(&error.to_string(), MAX_CHARACTERS);
            Err(format!("the schema that the policy has for them cannot be used: {reason}"))
        }
    };
    (answer, Vec::new())
}

impl Step {
    /// The path with this step more.
    pub(crate) fn onto(path: KeyPath, step: &Step) -> KeyPath {
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
    use serde_json::json;

    fn check(schema: Value, settings: Value, expected: &[(&str, &str)]) {
        let found: Vec<(String, String)> = work(Question { schema, settings }, Vec::new())
            .0
            .unwrap()
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
    fn a_schema_that_cannot_be_used_is_not_taken_for_one_that_is_met() {
        let schema = json!({ "$ref": "#/$defs/nowhere" });
        let (answer, _) = work(Question { schema, settings: json!({}) }, Vec::new());
        let reason = answer.unwrap_err();
        assert!(
            reason.starts_with("the schema that the policy has for them cannot be"),
            "{reason}"
        );
    }
}
