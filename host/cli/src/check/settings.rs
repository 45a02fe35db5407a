//! Validates settings against the metadata of a policy.

use super::schema_job::{self, Answer, MAX, SchemaError, Step};
use admit_core::Metadata;
use serde_json::Value;

/// Validates settings against the schema in the metadata. Without metadata, there are no errors.
pub(super) fn schema_errors(metadata: Option<&Metadata>, settings: &Value) -> Answer {
    let Some(metadata) = metadata else { return Ok(Vec::new()) };
    let Some(schema) = &metadata.settings else {
        let keys = settings.as_object().into_iter().flat_map(|settings| settings.keys());
        let error = |key: &String| SchemaError {
            key: vec![Step::Key(key.clone())],
            message: "the policy takes no settings".to_owned(),
        };
        return Ok(keys.take(MAX).map(error).collect());
    };
    schema_job::validate(Value::Object(schema.clone()), settings.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use admit_core::RawMetadata;
    use serde_json::json;

    #[test]
    fn settings_without_a_schema_are_errors() {
        let raw = json!({
            "name": "a", "version": "1", "description": "d", "reads": [], "verdicts": [],
        });
        let raw: RawMetadata = serde_json::from_value(raw).unwrap();
        let metadata = Metadata::try_from(raw).unwrap();
        let found = schema_errors(Some(&metadata), &json!({ "a": 1 })).unwrap();
        let message = "the policy takes no settings".to_owned();
        assert_eq!(found, [SchemaError { key: vec![Step::Key("a".to_owned())], message }]);
    }
}
