//! The settings of a policy.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The settings of a policy: the JSON object that `configure` receives.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings(Map<String, Value>);

impl Settings {
    /// Returns the settings as JSON text, with the keys of each object sorted.
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
