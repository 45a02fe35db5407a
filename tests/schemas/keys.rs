//! The keys and words of the schemas are those that the tool knows.

use super::document::Kind;
use super::{METADATA, POLICY};
use admit_core::{Denial, Manifest, Metadata};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The words that the tool expects instead of an unknown one.
fn expected(kind: Kind, text: &str) -> BTreeSet<String> {
    let error = match kind {
        Kind::Admit => Manifest::from_toml("", text).unwrap_err(),
        _ => Metadata::from_toml("", text, |_| Ok(Map::default())).unwrap_err(),
    };
    let (_, list) = error.message.split_once("expected ").expect("what was expected");
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The keys of a table, by the path to it in a schema.
fn keys(kind: Kind, table: &str) -> BTreeSet<String> {
    let schema = kind.schema();
    let table = schema.pointer(table).expect("a table");
    assert_eq!(table["additionalProperties"], false);
    table["properties"].as_object().unwrap().keys().cloned().collect()
}

/// The words that a key may have, by the path to it in a schema.
fn words(kind: Kind, key: &str) -> BTreeSet<String> {
    let schema = kind.schema();
    let words = schema.pointer(key).unwrap()["enum"].as_array().expect("words").iter();
    words.map(|word| word.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_keys_of_a_schema_are_those_of_the_tool() {
    for (table, line) in [
        ("/properties/policy/items", "none = 1"),
        ("/properties/policy/items/properties/applies-to", "applies-to.none = 1"),
        ("/properties/policy/items/properties/limits", "limits.none = 1"),
    ] {
        let text = format!("{POLICY}{line}\n");
        assert_eq!(keys(Kind::Admit, table), expected(Kind::Admit, &text), "{table}");
    }
    assert_eq!(keys(Kind::Admit, ""), expected(Kind::Admit, "none = 1"));
    let text = format!("{METADATA}none = 1\n");
    assert_eq!(keys(Kind::Policy, ""), expected(Kind::Policy, &text));
}

#[test]
fn the_words_of_a_schema_are_those_of_the_tool() {
    let here = "/properties/policy/items/properties";
    for key in ["mode", "on-failure", "log"] {
        let text = format!("{POLICY}{key} = \"none\"\n");
        assert_eq!(words(Kind::Admit, &format!("{here}/{key}")), expected(Kind::Admit, &text));
    }
    let record = expected(Kind::Admit, "record = \"none\"");
    assert_eq!(words(Kind::Admit, "/properties/record"), record);
    let text = POLICY.replace("verdicts = []", "verdicts = [\"none\"]");
    let permissions = expected(Kind::Admit, &text);
    assert_eq!(words(Kind::Admit, &format!("{here}/verdicts/items")), permissions);
    assert_eq!(words(Kind::Policy, "/properties/verdicts/items"), permissions);
    let triggers =
        words(Kind::Admit, &format!("{here}/applies-to/properties/triggers/items/anyOf/0"));
    // The tool only warns of these.
    let text = std::fs::read_to_string(
        admit_tests::root().join("tests/golden/errors/unknown-trigger.txt"),
    );
    let text = text.unwrap();
    let (_, known) = text.lines().next().unwrap().split_once("the known triggers are ").unwrap();
    let known: BTreeSet<String> = known.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    assert_eq!(triggers, known);
    let event = "/properties/case/items/properties/event/properties/triggerSource/anyOf/0";
    assert_eq!(words(Kind::Cases, event), known);
}

/// A default that is written changes nothing.
#[test]
fn the_defaults_of_a_schema_are_those_of_the_tool() {
    fn check(table: &Value, prefix: &str, found: &mut Vec<String>) {
        for (key, member) in table["properties"].as_object().into_iter().flatten() {
            if let Some(default) = member.get("default") {
                let line = match default {
                    Value::Object(members) if members.is_empty() => format!("{prefix}{key} = {{}}"),
                    default => format!("{prefix}{key} = {default}"),
                };
                found.push(line);
            }
            check(member, &format!("{prefix}{key}."), found);
        }
    }
    let minimal = Manifest::from_toml("", POLICY).unwrap();
    let schema = Kind::Admit.schema();
    let mut lines = Vec::new();
    check(&schema["properties"]["policy"]["items"], "", &mut lines);
    assert_eq!(lines.len(), 4 + 12, "{lines:?}");
    for line in lines {
        let with = Manifest::from_toml("", &format!("{POLICY}{line}\n")).unwrap();
        assert_eq!(with, minimal, "{line}");
    }
    for key in ["budget", "record"] {
        let line = format!("{key} = {}\n{POLICY}", schema["properties"][key]["default"]);
        assert_eq!(Manifest::from_toml("", &line).unwrap(), minimal);
    }
}

#[test]
fn the_sizes_of_metadata_are_those_of_the_tool() {
    let schema = Kind::Policy.schema();
    let members = &schema["properties"];
    assert_eq!(members["version"]["maxLength"], Metadata::MAX_VERSION_CHARS);
    assert_eq!(members["description"]["maxLength"], Metadata::MAX_TEXT_CHARS);
    let denials = &members["denials"];
    assert_eq!(denials["maxProperties"], Metadata::MAX_DENIALS);
    assert_eq!(denials["propertyNames"]["maxLength"], Denial::MAX_CODE_CHARS);
    assert_eq!(denials["additionalProperties"]["maxLength"], Metadata::MAX_TEXT_CHARS);
}
