//! The tables of the record, and the queries that name its members.

use super::page::*;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The tables of the record, by their headings, and where their members are in the schema.
const TABLES: [(&str, &[&str]); 11] = [
    ("### The record", &["/properties"]),
    ("### `flags`", &["/properties/flags/properties"]),
    ("### `flags.*`", &["/$defs/votes/properties"]),
    (
        "### `policies[]`",
        &[
            "/$defs/policy/properties",
            "/$defs/policy/oneOf/0/properties",
            "/$defs/policy/oneOf/1/properties",
            "/$defs/policy/oneOf/2/properties",
        ],
    ),
    ("### `policies[].votes[]`", &["/$defs/vote/properties"]),
    ("### `policies[].ifEnforced`", &["/$defs/alternative/properties"]),
    ("### `policies[].ifEnforced.flags`", &["/$defs/alternative/properties/flags/properties"]),
    ("### `cut`", &["/properties/cut/properties"]),
    ("### `link`", &["/$defs/votes/properties", "/$defs/link/properties"]),
    ("### `lookups[]`", &["/$defs/lookup/properties"]),
    ("### `policies[].link`", &["/$defs/link-vote/properties"]),
];

/// The members that are described at these places of the schema, with their values in words.
fn described(schema: &Value, places: &[&str]) -> BTreeMap<String, (String, String)> {
    let mut members = BTreeMap::new();
    for place in places {
        let properties = schema.pointer(place).unwrap_or_else(|| panic!("no {place}"));
        for (name, member) in properties.as_object().unwrap() {
            let Some(description) = member["description"].as_str() else { continue };
            let words = (values(schema, member), description.to_owned());
            let before = members.insert(name.clone(), words.clone());
            assert!(before.is_none_or(|before| before == words), "{name} is described twice");
        }
    }
    members
}

/// The values of a member, as the page writes them.
fn values(schema: &Value, member: &Value) -> String {
    if let Some(reference) = member["$ref"].as_str() {
        return values(schema, schema.pointer(&reference[1..]).unwrap());
    }
    let word = |value: &Value| match value.as_str() {
        Some(word) => format!("`{word}`"),
        None => format!("`{value}`"),
    };
    if let Some(word_of_all) = member.get("const") {
        return word(word_of_all);
    }
    if let Some(words) = member["enum"].as_array() {
        return words.iter().map(word).collect::<Vec<_>>().join(", ");
    }
    let alternatives = match (&member["oneOf"], &member["type"]) {
        (Value::Array(schemas), _) => schemas.iter().map(|s| values(schema, s)).collect(),
        (_, Value::Array(types)) => types.iter().map(|t| type_in_words(t).to_owned()).collect(),
        (_, only) => vec![type_in_words(only).to_owned()],
    };
    alternatives.join(" or ")
}

fn type_in_words(name: &Value) -> &'static str {
    match name.as_str().unwrap() {
        "string" => "text",
        "integer" => "number",
        "boolean" => "`true`, `false`",
        "array" => "list",
        "object" => "object",
        "null" => "`null`",
        other => panic!("no word for the type `{other}`"),
    }
}

/// The places of a schema where members are described.
fn places_of_members(schema: &Value, here: &str, places: &mut BTreeSet<String>) {
    let Some(members) = schema.as_object() else {
        for (index, item) in schema.as_array().into_iter().flatten().enumerate() {
            places_of_members(item, &format!("{here}/{index}"), places);
        }
        return;
    };
    for (name, member) in members {
        let place = format!("{here}/{name}");
        let is_described = |properties: &Value| {
            properties
                .as_object()
                .is_some_and(|all| all.values().any(|m| m["description"].is_string()))
        };
        if name == "properties" && is_described(member) {
            places.insert(place.clone());
        }
        places_of_members(member, &place, places);
    }
}

#[test]
fn every_member_of_a_record_is_described_as_in_the_schema() {
    let (page, schema) = (page(), schema());
    for (heading, places) in TABLES {
        let rows = table(section(&page, heading), &["member", "value", "what it is"]);
        let shown: Vec<_> = rows
            .iter()
            .map(|row| (unquoted(&row[0]).to_owned(), (row[1].clone(), row[2].clone())))
            .collect();
        let described = described(&schema, places);
        assert_eq!(shown.len(), described.len(), "{heading}: a member twice, too many or too few");
        assert_eq!(shown.into_iter().collect::<BTreeMap<_, _>>(), described, "{heading}");
    }
    let mut all = BTreeSet::new();
    places_of_members(&schema, "", &mut all);
    let tables = TABLES.iter().flat_map(|(_, places)| *places);
    assert_eq!(all, tables.map(|place| (*place).to_owned()).collect(), "a table for each place");
    let most = number(&read("host/trigger/src/log.rs"), "const MAX: usize = ");
    let names = number(&read("host/trigger/src/record.rs"), "const MAX_NAMES: usize = ");
    let section = section(&page, "### `cut`");
    assert!(section.contains(&format!("No line of the log has {most} KiB or more")), "{most}");
    assert!(section.contains(&format!("but for the first {names}")), "{names}");
}

/// A query that names what no record has finds nothing, and says nothing of it.
#[test]
fn the_queries_name_existing_members() {
    const WORDS: [&str; 26] = [
        "filter",
        "fields",
        "stats",
        "sort",
        "unnest",
        "into",
        "as",
        "by",
        "and",
        "like",
        "count",
        "pct",
        "max",
        "min",
        "bin",
        "jsonParse",
        "asc",
        "desc",
        "@message",
        "@timestamp",
        "1h",
        "1d",
        "50",
        "99",
        "p",
        "record",
    ];
    let schema = schema();
    let members = |place: usize| described(&schema, TABLES[place].1);
    let mut known: BTreeSet<String> = members(0).into_keys().collect();
    known.extend(members(0).into_keys().map(|name| format!("record.{name}")));
    known.extend(members(3).into_keys().map(|name| format!("p.{name}")));
    known.extend(members(5).into_keys().map(|name| format!("p.ifEnforced.{name}")));
    let queries = blocks(&page(), "insights");
    assert_eq!(queries.len(), 9);
    let mut used = BTreeSet::new();
    for query in queries {
        // Quoted texts and regular expressions name no member.
        let code: String = query.split('"').step_by(2).collect::<Vec<_>>().join(" ");
        let code: Vec<&str> = code
            .split(|c: char| !(c.is_ascii_alphanumeric() || "@.*".contains(c)))
            .filter(|word| !word.is_empty() && *word != "*")
            .collect();
        let aliases: BTreeSet<&str> =
            code.windows(2).filter(|pair| pair[0] == "as").map(|pair| pair[1]).collect();
        for word in code {
            if known.contains(word) {
                used.insert(word.to_owned());
            } else {
                assert!(WORDS.contains(&word) || aliases.contains(word), "`{word}` in {query}");
            }
        }
    }
    for name in ["type", "bundle", "p.ifEnforced.differs", "p.code", "p.kind", "userNameHash"] {
        assert!(used.contains(name), "{name} is not asked for");
    }
}
