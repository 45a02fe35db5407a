//! Settings against what a policy says of them.

use super::schema_job::{Answer, MAX, Misfit, Step, misfits as by_schema};
use admit_core::Metadata;
use serde_json::Value;

/// What of the settings is not as the metadata says; nothing if there is none.
pub(super) fn misfits(metadata: Option<&Metadata>, settings: &Value) -> Answer {
    let Some(metadata) = metadata else { return Ok(Vec::new()) };
    let Some(schema) = &metadata.settings else {
        let keys = settings.as_object().into_iter().flat_map(|settings| settings.keys());
        let misfit = |key: &String| Misfit {
            key: vec![Step::Key(key.clone())],
            message: "the policy takes no settings".to_owned(),
        };
        return Ok(keys.take(MAX).map(misfit).collect());
    };
    by_schema(Value::Object(schema.clone()), settings.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use admit_core::RawMetadata;
    use serde_json::json;

    #[test]
    fn who_takes_no_settings_is_given_none() {
        let raw = json!({
            "name": "a", "version": "1", "description": "d", "reads": [], "verdicts": [],
        });
        let raw: RawMetadata = serde_json::from_value(raw).unwrap();
        let metadata = Metadata::try_from(raw).unwrap();
        let found = misfits(Some(&metadata), &json!({ "a": 1 })).unwrap();
        let message = "the policy takes no settings".to_owned();
        assert_eq!(found, [Misfit { key: vec![Step::Key("a".to_owned())], message }]);
    }
}
