//! A policy's settings: their keys, and their values if those may be told.

use super::untrusted_text::{Truncated, UntrustedText};
use admit_core::{Metadata, Settings};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The most keys that are shown.
const MAX: usize = 50;

/// What is told of the values of settings, which may be secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Values {
    Hidden,
    Shown,
}

/// One key of a policy's settings.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) key: UntrustedText,
    pub(crate) value: Told,
    /// The author's words about it.
    pub(crate) description: Option<UntrustedText>,
}

/// What is told of one value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// The manifest has none; the schema may say what holds then.
    Absent(Option<UntrustedText>),
    Hidden,
    Shown(UntrustedText),
}

/// The keys that the manifest or the policy's own schema has.
pub(crate) fn of(
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
                (None, _) => Told::Absent(default()),
                (Some(_), Values::Hidden) => Told::Hidden,
                (Some(value), Values::Shown) => Told::Shown(UntrustedText::sentence(value)),
            },
            description: text("description").map(UntrustedText::sentence),
        }
    };
    Truncated::of(MAX, keys.into_iter().map(setting))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_told_only_when_it_may_be() {
        let settings = Map::from_iter([("code".to_owned(), Value::from("secret"))]).into();
        let found = |values| of(&settings, None, values).shown.remove(0).value;
        assert_eq!(found(Values::Hidden), Told::Hidden);
        assert_eq!(found(Values::Shown), Told::Shown(UntrustedText::name("\"secret\"")));
    }
}
