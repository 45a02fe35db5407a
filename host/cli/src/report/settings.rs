//! The settings of a policy, for the page: the keys, and the values if they may be shown.

use super::untrusted_text::{Truncated, UntrustedText};
use admit_core::{Metadata, Settings};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The maximum number of keys that are shown per policy.
const MAX: usize = 50;

/// Whether the values of settings, which may be secrets, are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Values {
    Hidden,
    Shown,
}

/// One setting of a policy.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) key: UntrustedText,
    pub(crate) value: SettingValue,
    /// The author's description.
    pub(crate) description: Option<UntrustedText>,
}

/// The value of a setting, as the page shows it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SettingValue {
    /// Not set in the manifest, with the default from the schema, if there is one.
    Unset(Option<UntrustedText>),
    Hidden,
    Shown(UntrustedText),
}

/// The settings in the manifest and in the policy's schema.
pub(crate) fn list(
    settings: &Settings,
    metadata: Option<&Metadata>,
    values: Values,
) -> Truncated<Setting> {
    let settings: Map<String, Value> = settings.clone().into();
    let schema = metadata.and_then(|metadata| metadata.settings.as_ref());
    let properties = schema.and_then(|schema| schema.get("properties")?.as_object());
    let keys: BTreeSet<&String> =
        settings.keys().chain(properties.into_iter().flat_map(Map::keys)).collect();
    let setting = |key: &String| {
        let property = properties.and_then(|properties| properties.get(key));
        let text = |name| Some(property?.get(name)?.as_str()?.to_owned());
        let default = || property?.get("default").map(UntrustedText::sentence);
        Setting {
            key: UntrustedText::name(key),
            value: match (settings.get(key), values) {
                (None, _) => SettingValue::Unset(default()),
                (Some(_), Values::Hidden) => SettingValue::Hidden,
                (Some(value), Values::Shown) => SettingValue::Shown(UntrustedText::sentence(value)),
            },
            description: text("description").map(UntrustedText::sentence),
        }
    };
    Truncated::new(MAX, keys.into_iter().map(setting))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_shown_only_on_request() {
        let settings = Map::from_iter([("code".to_owned(), Value::from("secret"))]).into();
        let found = |values| list(&settings, None, values).shown.remove(0).value;
        assert_eq!(found(Values::Hidden), SettingValue::Hidden);
        assert_eq!(found(Values::Shown), SettingValue::Shown(UntrustedText::name("\"secret\"")));
    }
}
