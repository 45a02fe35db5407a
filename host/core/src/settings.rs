use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// A policy's own values, as the JSON object that `configure` is handed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings(Map<String, Value>);

/// How the TOML reader hands on a date or a time.
const TOML_DATE_TIME: &str = "$__toml_private_datetime";

impl Settings {
    /// Takes settings out of a manifest, or says which key JSON cannot hold.
    ///
    /// A date becomes its text, for JSON has none.
    pub fn new(mut settings: Map<String, Value>) -> Result<Settings, String> {
        for (key, value) in &mut settings {
            as_json(key, value)?;
        }
        Ok(Settings(settings))
    }

    /// The settings as JSON text, the keys of each object sorted.
    pub fn to_json(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings(Map::new())
    }
}

impl Serialize for Settings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

fn as_json(key: &str, value: &mut Value) -> Result<(), String> {
    match value {
        // TOML has no null: this was `nan` or `inf`.
        Value::Null => Err(key.to_owned()),
        Value::Array(items) => items.iter_mut().try_for_each(|item| as_json(key, item)),
        Value::Object(members) => {
            if let Some(Value::String(text)) = members.get(TOML_DATE_TIME) {
                *value = Value::String(text.clone());
                return Ok(());
            }
            members
                .iter_mut()
                .try_for_each(|(name, member)| as_json(&format!("{key}.{name}"), member))
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

impl From<Settings> for Map<String, Value> {
    fn from(settings: Settings) -> Map<String, Value> {
        settings.0
    }
}
