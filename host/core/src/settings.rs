//! The settings of a policy.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A policy's own values, as the JSON object that `configure` is handed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings(Map<String, Value>);

impl Settings {
    /// The settings as JSON text, the keys of each object sorted.
    pub fn to_json(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }
}

impl From<Map<String, Value>> for Settings {
    fn from(settings: Map<String, Value>) -> Settings {
        Settings(settings)
    }
}

impl From<Settings> for Map<String, Value> {
    fn from(settings: Settings) -> Map<String, Value> {
        settings.0
    }
}
