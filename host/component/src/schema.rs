//! The JSON Schema of a policy's settings, which anybody may have written: what can be told of it
//! without building a validator.

use admit_core::printable;
use serde_json::{Map, Value};

/// How many schemas one may unfold into, each reference followed by what it leads to. Honest ones
/// have some dozens.
const MAX_UNFOLDED: usize = 10_000;

/// How deep it may be, by its references and by itself.
const MAX_DEPTH: usize = 500;

/// As much of a reason as is told: a part of it is the schema's.
const MAX_CHARACTERS: usize = 300;

/// Refuses what is not a JSON Schema, or one from which a validator would take long to build. An
/// error says why.
///
/// A few lines of references to each other unfold into more than any machine can hold, and a
/// library unfolds them. What passes here may still take long, by its patterns for instance: so
/// whoever builds a validator of a stranger's schema needs limits all the same.
///
/// # Errors
///
/// Where it is not one, or unfolds too far.
pub(crate) fn check(schema: &Value) -> Result<(), String> {
    let mut unfolding = Unfolding { root: schema, active: Vec::new(), depth: 0, count: 0 };
    if !unfolding.fits(schema) {
        return Err(format!(
            "the JSON Schema unfolds into more than {MAX_UNFOLDED} schemas by its references, or \
             deeper than {MAX_DEPTH}: it must be made simpler"
        ));
    }
    jsonschema::meta::validate(schema).map_err(|error| unusable(&error.to_string()))
}

/// Refuses what no validator can be built of, by building one: for schemas of one's own.
///
/// # Errors
///
/// Where none can be built.
pub fn check_by_building(schema: &Map<String, Value>) -> Result<(), String> {
    let schema = Value::Object(schema.clone());
    check(&schema)?;
    let built = jsonschema::validator_for(&schema);
    built.map(|_| ()).map_err(|error| unusable(&error.to_string()))
}

fn unusable(reason: &str) -> String {
    let reason = printable(reason, MAX_CHARACTERS);
    format!("no JSON Schema that can be used: {reason}")
}

/// What a schema unfolds into, as far as it was counted.
struct Unfolding<'a> {
    root: &'a Value,
    /// The references that are being followed: one of these leads back, and is not followed again.
    active: Vec<&'a str>,
    depth: usize,
    count: usize,
}

impl<'a> Unfolding<'a> {
    /// Whether a part of the schema is neither too large nor too deep.
    fn fits(&mut self, part: &'a Value) -> bool {
        self.depth += 1;
        let fits = self.depth <= MAX_DEPTH && self.parts_fit(part);
        self.depth -= 1;
        fits
    }

    fn parts_fit(&mut self, part: &'a Value) -> bool {
        let members = match part {
            Value::Array(items) => return items.iter().all(|item| self.fits(item)),
            Value::Object(members) => members,
            _ => return true,
        };
        self.count += 1;
        if self.count > MAX_UNFOLDED {
            return false;
        }
        let target = members.get("$ref").and_then(Value::as_str).and_then(|reference| {
            let target = self.root.pointer(reference.strip_prefix('#')?)?;
            (!self.active.contains(&reference)).then_some((reference, target))
        });
        if let Some((reference, target)) = target {
            self.active.push(reference);
            let fits = self.fits(target);
            self.active.pop();
            if !fits {
                return false;
            }
        }
        members.values().all(|member| self.fits(member))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Definitions each of which refers twice to the next.
    fn twice(levels: usize) -> Value {
        let definition = |level: usize| {
            let below = json!({ "$ref": format!("#/$defs/a{}", level + 1) });
            let both = json!({ "anyOf": [below, below], "unevaluatedProperties": false });
            (format!("a{level}"), both)
        };
        let mut definitions: Map<String, Value> = (0..levels).map(definition).collect();
        definitions.insert(format!("a{levels}"), json!(true));
        json!({ "$ref": "#/$defs/a0", "$defs": definitions })
    }

    #[test]
    fn what_unfolds_without_end_is_refused_at_once() {
        assert_eq!(check(&twice(5)), Ok(()));
        let reason = "the JSON Schema unfolds into more than 10000 schemas by its references, or \
                      deeper than 500: it must be made simpler";
        assert_eq!(check(&twice(60)), Err(reason.to_owned()));
        let chain = |levels: usize| {
            let definition = |level: usize| {
                (format!("a{level}"), json!({ "$ref": format!("#/$defs/a{}", level + 1) }))
            };
            let mut definitions: Map<String, Value> = (0..levels).map(definition).collect();
            definitions.insert(format!("a{levels}"), json!(true));
            json!({ "$ref": "#/$defs/a0", "$defs": definitions })
        };
        // One that is walked from every definition costs the square of its length.
        assert_eq!(check(&chain(50)), Ok(()));
        assert_eq!(check(&chain(600)), Err(reason.to_owned()));
    }

    #[test]
    fn a_schema_may_refer_to_itself() {
        let tree = json!({
            "type": "object",
            "properties": { "all": { "items": { "$ref": "#" } }, "not": { "$ref": "#" } },
        });
        assert_eq!(check(&tree), Ok(()));
    }

    #[test]
    fn what_is_not_a_schema_is_refused_without_a_validator() {
        let error = check(&json!({ "type": "table" })).unwrap_err();
        assert!(error.starts_with("no JSON Schema that can be used: "), "{error}");
        // Where a reference leads is known when a validator is built.
        let nowhere = json!({ "$ref": "#/$defs/nowhere" });
        assert_eq!(check(&nowhere), Ok(()));
        let Value::Object(nowhere) = nowhere else { panic!() };
        assert!(check_by_building(&nowhere).is_err());
    }
}
