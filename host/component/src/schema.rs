//! Checks the untrusted JSON Schema of a policy's settings without building a validator.

use admit_core::printable;
use serde_json::{Map, Value};

/// The maximum number of schemas that a schema expands to, with its references followed. Typical
/// schemas have some dozens.
const MAX_SCHEMAS: usize = 10_000;

/// The maximum depth, with references followed.
const MAX_DEPTH: usize = 500;

/// The maximum length of a reason, which quotes the schema.
const MAX_CHARACTERS: usize = 300;

/// Rejects a value that is not a JSON Schema, and a schema that expands too far to build a validator.
///
/// A few lines of references can expand to more than any machine can hold, and the library expands
/// them. A schema that passes may still take long, for example because of its patterns: build a
/// validator of an untrusted schema in a child process only.
///
/// # Errors
///
/// Returns an error if it is not a schema, or expands too far.
pub(crate) fn check(schema: &Value) -> Result<(), String> {
    let mut unfolding = Unfolding { root: schema, active: Vec::new(), depth: 0, count: 0 };
    if !unfolding.fits(schema) {
        return Err(format!(
            "the JSON Schema expands to more than {MAX_SCHEMAS} schemas, or is deeper than \
             {MAX_DEPTH}: simplify the schema"
        ));
    }
    jsonschema::meta::validate(schema).map_err(|error| unusable(&error.to_string()))
}

/// Checks a trusted schema by building a validator.
///
/// # Errors
///
/// Returns an error if no validator can be built.
pub fn check_by_building(schema: &Map<String, Value>) -> Result<(), String> {
    let schema = Value::Object(schema.clone());
    check(&schema)?;
    let built = jsonschema::validator_for(&schema);
    built.map(|_| ()).map_err(|error| unusable(&error.to_string()))
}

fn unusable(reason: &str) -> String {
    let reason = printable(reason, MAX_CHARACTERS);
    format!("invalid JSON Schema: {reason}")
}

/// Counts the schemas that a schema expands to.
struct Unfolding<'a> {
    root: &'a Value,
    /// The references that are being followed; a cycle is not followed again.
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
        if self.count > MAX_SCHEMAS {
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
        let reason = "the JSON Schema expands to more than 10000 schemas, or is deeper than 500: \
                      simplify the schema";
        assert_eq!(check(&twice(60)), Err(reason.to_owned()));
        let chain = |levels: usize| {
            let definition = |level: usize| {
                (format!("a{level}"), json!({ "$ref": format!("#/$defs/a{}", level + 1) }))
            };
            let mut definitions: Map<String, Value> = (0..levels).map(definition).collect();
            definitions.insert(format!("a{levels}"), json!(true));
            json!({ "$ref": "#/$defs/a0", "$defs": definitions })
        };
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
        assert!(error.starts_with("invalid JSON Schema: "), "{error}");
        // References are resolved when a validator is built.
        let nowhere = json!({ "$ref": "#/$defs/nowhere" });
        assert_eq!(check(&nowhere), Ok(()));
        let Value::Object(nowhere) = nowhere else { panic!() };
        assert!(check_by_building(&nowhere).is_err());
    }
}
