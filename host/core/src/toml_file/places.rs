//! Finds the place of a value in the text of a TOML file.

use super::file_error::FileError;
use crate::key_path::{KeyPath, Segment};
use std::collections::HashMap;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// An index of the places of all values in a TOML text, built once for many lookups.
#[derive(Debug, Default)]
pub struct Places {
    keys: HashMap<String, Spot>,
    /// The byte offsets at which lines start, without the first line.
    lines: Vec<usize>,
}

/// The place of a value, and the places of the values in it.
#[derive(Debug)]
struct Spot {
    /// The place of the key; for a list item, the place of the value.
    name: Range<usize>,
    value: Range<usize>,
    inner: Inner,
}

#[derive(Debug)]
enum Inner {
    Nothing,
    Table(HashMap<String, Spot>),
    List(Vec<Spot>),
}

impl Places {
    /// Indexes a text. If it is not TOML, the index has lines but no keys.
    pub fn new(text: &str) -> Places {
        let keys = DeTable::parse(text).map(|table| members(table.get_ref())).unwrap_or_default();
        let lines = text.match_indices('\n').map(|(newline, _)| newline + 1).collect();
        Places { keys, lines }
    }

    /// Creates an error about the value of a key, or about the innermost value around it if the key
    /// is absent. `text` must be the indexed text.
    pub fn at(&self, file: &str, text: &str, key: &KeyPath, message: String) -> FileError {
        let span = self.closest(key).map_or(0..0, |(spot, _)| spot.value.clone());
        self.error(file, text, span, key, message)
    }

    /// Creates an error about a key itself instead of its value.
    pub fn at_name(&self, file: &str, text: &str, key: &KeyPath, message: String) -> FileError {
        let span = self.closest(key).map_or(0..0, |(spot, left)| match left {
            [] => spot.name.clone(),
            _ => spot.value.clone(),
        });
        self.error(file, text, span, key, message)
    }

    fn error(
        &self,
        file: &str,
        text: &str,
        span: Range<usize>,
        key: &KeyPath,
        message: String,
    ) -> FileError {
        let before = self.lines.partition_point(|start| *start <= span.start);
        let line_start = before.checked_sub(1).map_or(0, |last| self.lines[last]);
        let column = text.get(line_start..span.start).map_or(0, |text| text.chars().count()) + 1;
        let (file, key) = (file.to_owned(), Some(key.to_string()));
        FileError { file, line: before + 1, column, key, message, span }
    }

    /// Finds the innermost value on the path to a key, and the rest of the path.
    fn closest<'a>(&self, key: &'a KeyPath) -> Option<(&Spot, &'a [Segment])> {
        let [Segment::Key(first), rest @ ..] = key.0.as_slice() else { return None };
        let (mut spot, mut left) = (self.keys.get(first)?, rest);
        while let [segment, rest @ ..] = left {
            let Some(inner) = spot.step(segment) else { break };
            (spot, left) = (inner, rest);
        }
        Some((spot, left))
    }
}

impl Spot {
    fn new(name: Range<usize>, value: &DeValue<'_>, span: Range<usize>) -> Spot {
        let inner = match value {
            DeValue::Table(table) => Inner::Table(members(table)),
            DeValue::Array(items) => {
                let spot = |item: &toml::Spanned<DeValue<'_>>| {
                    Spot::new(item.span(), item.get_ref(), item.span())
                };
                Inner::List(items.iter().map(spot).collect())
            }
            _ => Inner::Nothing,
        };
        Spot { name, value: span, inner }
    }

    fn step(&self, segment: &Segment) -> Option<&Spot> {
        match (&self.inner, segment) {
            (Inner::Table(members), Segment::Key(key)) => members.get(key),
            (Inner::List(items), Segment::Index(index)) => items.get(*index),
            _ => None,
        }
    }
}

fn members(table: &DeTable<'_>) -> HashMap<String, Spot> {
    let spot = |key: &toml::Spanned<_>, value: &toml::Spanned<DeValue<'_>>| {
        Spot::new(key.span(), value.get_ref(), value.span())
    };
    table.iter().map(|(key, value)| (key.get_ref().to_string(), spot(key, value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_without_its_value() {
        let text = "[a]\nb.c = 1\n[[list]]\nd = { e = 2 }\n";
        let places = Places::new(text);
        let check = |key: KeyPath, at_name: &str, at: &str| {
            let name = places.at_name("x.toml", text, &key, "wrong".to_owned());
            assert_eq!(&text[name.span.clone()], at_name, "{name}");
            let value = places.at("x.toml", text, &key, "wrong".to_owned());
            assert_eq!(&text[value.span.clone()], at, "{value}");
        };
        let root = KeyPath::default;
        check(root().key("a").key("b").key("c"), "c", "1");
        check(root().key("list").index(0).key("d"), "d", "{ e = 2 }");
        check(root().key("list").index(0).key("d").key("e"), "e", "2");
        // An absent key has the place of the value around it.
        check(root().key("list").index(0).key("d").key("f"), "{ e = 2 }", "{ e = 2 }");
        check(root().key("list").index(0).key("d").index(0), "{ e = 2 }", "{ e = 2 }");
        check(root().key("b"), "", "");
        check(root(), "", "");
    }

    #[test]
    fn a_place_has_line_and_column() {
        let text = "a = 1\nb = [\n  \"ä\", 2,\n]\n";
        let places = Places::new(text);
        let check = |key: KeyPath, line, column| {
            let error = places.at("x.toml", text, &key, String::new());
            assert_eq!((error.line, error.column), (line, column), "{error}");
        };
        let root = KeyPath::default;
        check(root().key("a"), 1, 5);
        check(root().key("b"), 2, 5);
        check(root().key("b").index(0), 3, 3);
        check(root().key("b").index(1), 3, 8);
        check(root().key("c"), 1, 1);
    }

    #[test]
    fn invalid_toml_has_no_keys() {
        let error =
            Places::new("a = \n").at("x.toml", "a = \n", &KeyPath::policy(0), String::new());
        assert_eq!((error.line, error.column, error.span), (1, 1, 0..0));
    }
}
