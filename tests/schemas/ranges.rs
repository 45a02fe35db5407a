//! The limits of a manifest: the schema has the same least and most as the tool.

use super::POLICY;
use super::document::{Document, Kind};
use admit_core::Limits;
use serde_json::Value;

/// Limits as a manifest writes them, by their keys.
fn written(limits: Limits) -> Value {
    serde_json::to_value(limits).unwrap()
}

/// The limits of the schema.
fn described() -> Value {
    let schema = Kind::Admit.schema();
    schema["properties"]["policy"]["items"]["properties"]["limits"]["properties"].clone()
}

#[test]
fn numbers_have_the_range_of_the_tool() {
    let (floor, ceiling, described) = (written(Limits::MIN), written(Limits::MAX), described());
    let mut numbers = 0;
    for (key, limit) in described.as_object().unwrap() {
        if limit["type"] == "integer" {
            assert_eq!(limit["minimum"], floor[key], "{key}");
            assert_eq!(limit["maximum"], ceiling[key], "{key}");
            numbers += 1;
        }
    }
    assert_eq!(numbers, 8);
}

#[test]
fn quantities_have_the_range_of_the_tool() {
    let near = |number: u64| number.saturating_sub(12)..=number + 12;
    let some = || {
        [0, 64, 100, 256, 1000, 1024, 2000, 3000, 4000, 9999, 10_000, 65_536, 99_999, 262_144]
            .into_iter()
            .flat_map(near)
            .chain([1_048_576, 10_000_000, 67_108_864].into_iter().flat_map(near))
    };
    let mut checked = [0, 0];
    for (key, limit) in described().as_object().unwrap() {
        let units: &[&str] = match key.as_str() {
            "time" => &["ms", "s"],
            _ if limit["type"] == "string" => &["B", "KiB", "MiB", "GiB"],
            _ => continue,
        };
        let patterns = jsonschema::validator_for(limit).unwrap();
        for unit in units {
            for number in some() {
                let quantity = format!("{number}{unit}");
                let text = format!("budget = \"4s\"\n{POLICY}limits.{key} = \"{quantity}\"\n");
                let is_fine = Document::new(Kind::Admit, text).refused_by_tool().is_none();
                let accepted = patterns.is_valid(&Value::from(quantity.clone()));
                // In bytes the pattern is more generous than the tool.
                assert!(accepted == is_fine || accepted && *unit == "B", "{key} = {quantity:?}");
                checked[usize::from(is_fine)] += 1;
            }
        }
        assert!(patterns.is_valid(&limit["examples"][0]));
    }
    assert!(checked.iter().all(|number| *number > 100), "{checked:?}");
}

#[test]
fn the_budget_has_the_range_of_the_tool() {
    let schema = Kind::Admit.schema();
    let pattern = jsonschema::validator_for(&schema["properties"]["budget"]).unwrap();
    for number in [0, 1, 4, 5, 999, 1000, 3999, 4000, 4001, 10_000] {
        for unit in ["ms", "s", "", "m"] {
            let quantity = format!("{number}{unit}");
            let document = Document::new(Kind::Admit, format!("budget = \"{quantity}\""));
            let is_fine = document.refused_by_tool().is_none();
            assert_eq!(pattern.is_valid(&Value::from(quantity.clone())), is_fine, "{quantity}");
        }
    }
}
