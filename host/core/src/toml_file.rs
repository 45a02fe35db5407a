//! Parsing of TOML files, with errors that point at the line.

mod file_error;
mod places;

use self::file_error::error_at;
pub use file_error::FileError;
pub use places::Places;

use crate::key_path::{KeyPath, Problem, Segment};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

impl FileError {
    /// Creates an error about the value of a key, or about the innermost value around it if the key
    /// is absent. For many errors about one text, use [`Places`].
    pub fn at(file: &str, text: &str, key: &KeyPath, message: String) -> FileError {
        Places::new(text).at(file, text, key, message)
    }

    /// Creates an error about a key itself instead of its value.
    pub fn at_name(file: &str, text: &str, key: &KeyPath, message: String) -> FileError {
        Places::new(text).at_name(file, text, key, message)
    }

    /// Creates the error for a problem with the value of a key.
    pub fn new(file: &str, text: &str, Problem { key, message }: Problem) -> FileError {
        FileError::at(file, text, &key, message)
    }
}

/// Deserializes the text of a TOML file. The file name is only used in errors.
pub fn read_toml<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, FileError> {
    check_keys(text).map_err(|problem| FileError::new(file, text, problem))?;
    toml::from_str(text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        let key = key_at(text, &span).map(|key| key.to_string());
        error_at(file, text, span, key, error.message().to_owned())
    })
}

/// Rejects keys that the TOML and JSON libraries use internally: they would misread the value.
fn check_keys(text: &str) -> Result<(), Problem> {
    let mut reserved = None;
    let _ = visit(text, &mut |path, _| {
        if let Some(Segment::Key(key)) = path.0.last()
            && (key == DATE_TIME || key.starts_with("$serde_json::private::"))
        {
            reserved = Some(path.clone());
        }
    });
    reserved.map_or(Ok(()), |key| Err(key.problem("reserved name")))
}

/// The key under which the TOML library passes on a date or a time.
const DATE_TIME: &str = "$__toml_private_datetime";

/// Converts a TOML value that JSON does not have: a date becomes its text.
pub fn as_json(here: KeyPath, value: &mut Value) -> Result<(), Problem> {
    match value {
        // TOML has no null: this was `nan` or `inf`, which JSON does not have.
        Value::Null => Err(here.problem("`nan` and `inf` cannot be represented in JSON")),
        Value::Array(items) => items
            .iter_mut()
            .enumerate()
            .try_for_each(|(index, item)| as_json(here.clone().index(index), item)),
        Value::Object(members) => {
            if let Some(Value::String(text)) = members.get(DATE_TIME) {
                *value = Value::String(text.clone());
                return Ok(());
            }
            members
                .iter_mut()
                .try_for_each(|(name, member)| as_json(here.clone().key(name), member))
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

/// Finds the innermost key whose span or value contains a span.
fn key_at(text: &str, span: &Range<usize>) -> Option<KeyPath> {
    let mut key = None;
    visit(text, &mut |path, here| {
        if here.start <= span.start && span.end <= here.end {
            key = Some(path.clone());
        }
    })?;
    key
}

/// Calls `found` for every key and every value, outer before inner.
fn visit(text: &str, found: &mut dyn FnMut(&KeyPath, Range<usize>)) -> Option<()> {
    let table = DeTable::parse(text).ok()?;
    visit_table(&KeyPath::default(), table.get_ref(), found);
    Some(())
}

fn visit_table(path: &KeyPath, table: &DeTable<'_>, found: &mut dyn FnMut(&KeyPath, Range<usize>)) {
    for (key, value) in table {
        let path = path.clone().key(key.get_ref());
        found(&path, key.span());
        visit_value(&path, value.get_ref(), value.span(), found);
    }
}

fn visit_value(
    path: &KeyPath,
    value: &DeValue<'_>,
    span: Range<usize>,
    found: &mut dyn FnMut(&KeyPath, Range<usize>),
) {
    found(path, span);
    match value {
        DeValue::Table(table) => visit_table(path, table, found),
        DeValue::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let path = path.clone().index(index);
                visit_value(&path, item.get_ref(), item.span(), found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_any_text_has_line_and_column() {
        let error = FileError::in_span("x.json", "{\n\"ä\" 1}", 7..8, "expected `:`".to_owned());
        assert_eq!(error.to_string(), "x.json:2:5: expected `:`");
    }
}
