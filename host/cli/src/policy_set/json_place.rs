//! Where in a JSON text something stands, by the column that an error names.

use admit_core::KeyPath;

/// What stands in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) path: KeyPath,
    pub(crate) part: Part,
}

/// Which part of a member of an object it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Name,
    Value,
}

/// The innermost value or name that ends at, holds or begins after a column, counted in bytes
/// from 1, of a JSON text without space between its tokens. Its path begins with the one that
/// leads to the text.
pub(crate) fn at(text: &str, column: usize, path: KeyPath) -> Option<Place> {
    let mut reader = Reader { rest: text, text, column };
    reader.value(path)
}

/// Walks through a text that is known to be JSON. What it does not know ends the walk.
struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
    column: usize,
}

impl Reader<'_> {
    /// Reads a value; the place, if it is in there.
    fn value(&mut self, path: KeyPath) -> Option<Place> {
        let start = self.offset();
        let inner = match self.rest.as_bytes().first()? {
            b'{' => self.members(&path),
            b'[' => self.items(&path),
            b'"' => {
                self.string();
                None
            }
            _ => {
                self.skip(self.rest.find([',', '}', ']']).unwrap_or(self.rest.len()));
                None
            }
        };
        let is_here = (start..=self.offset()).contains(&self.column);
        inner.or_else(|| is_here.then_some(Place { path, part: Part::Value }))
    }

    fn members(&mut self, path: &KeyPath) -> Option<Place> {
        self.skip(1);
        while self.rest.starts_with('"') {
            let start = self.offset();
            let path = path.clone().key(&self.string());
            if (start..=self.offset()).contains(&self.column) {
                return Some(Place { path, part: Part::Name });
            }
            // The colon.
            self.skip(1);
            let place = self.value(path);
            if place.is_some() {
                return place;
            }
            self.skip_comma();
        }
        self.skip(1);
        None
    }

    fn items(&mut self, path: &KeyPath) -> Option<Place> {
        self.skip(1);
        let mut index = 0;
        while !self.rest.is_empty() && !self.rest.starts_with(']') {
            let place = self.value(path.clone().index(index));
            if place.is_some() {
                return place;
            }
            self.skip_comma();
            index += 1;
        }
        self.skip(1);
        None
    }

    /// Reads a string; its value.
    fn string(&mut self) -> String {
        let mut is_escaped = false;
        let end = self.rest.char_indices().skip(1).find(|(_, c)| {
            let is_end = *c == '"' && !is_escaped;
            is_escaped = *c == '\\' && !is_escaped;
            is_end
        });
        let text = &self.rest[..end.map_or(self.rest.len(), |(quote, _)| quote + 1)];
        self.skip(text.len());
        serde_json::from_str(text).unwrap_or_default()
    }

    fn skip_comma(&mut self) {
        if self.rest.starts_with(',') {
            self.skip(1);
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn offset(&self) -> usize {
        self.text.len() - self.rest.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "read by serde alone")]
    struct Settings {
        #[serde(default)]
        number: u8,
        #[serde(default)]
        list: Vec<String>,
        #[serde(default)]
        by_name: BTreeMap<String, Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "read by serde alone")]
    struct Inner {
        x: bool,
        #[serde(default)]
        y: Option<(u8, u8)>,
    }

    /// Where serde's own error points.
    fn check(text: &str, expected: &str, part: Part) {
        let error = serde_json::from_str::<Settings>(text).unwrap_err();
        let place = at(text, error.column(), KeyPath::default().key("s")).expect("a place");
        assert_eq!((place.path.to_string().as_str(), place.part), (expected, part), "{error}");
    }

    #[test]
    fn an_error_of_serde_is_found() {
        check(r#"{"number":"five"}"#, "s.number", Part::Value);
        check(r#"{"list":[],"number":-1}"#, "s.number", Part::Value);
        check(r#"{"number":256,"list":[]}"#, "s.number", Part::Value);
        check(r#"{"number":{"a":1}}"#, "s.number", Part::Value);
        check(r#"{"number":[1]}"#, "s.number", Part::Value);
        check(r#"{"number":null,"list":[]}"#, "s.number", Part::Value);
        check(r#"{"list":"a"}"#, "s.list", Part::Value);
        check(r#"{"list":["a","ä\"]",false]}"#, "s.list[2]", Part::Value);
        check(r#"{"list":["a",{}],"number":1}"#, "s.list[1]", Part::Value);
        check(r#"{"list":[],"length":5}"#, "s.length", Part::Name);
        check(r#"{"by_name":{"é \\":{"x":true},"b":{"x":1}}}"#, "s.by_name.b.x", Part::Value);
        check(r#"{"by_name":{"é \\":{"x":0}}}"#, "s.by_name.é \\.x", Part::Value);
        check(r#"{"by_name":{"a":{}}}"#, "s.by_name.a", Part::Value);
        check(r#"{"by_name":{"a":{"y":null}}}"#, "s.by_name.a", Part::Value);
        check(r#"{"by_name":{"a":{"x":true,"y":[1]}}}"#, "s.by_name.a.y", Part::Value);
        check(r#"{"by_name":{"a":{"x":true,"y":[1,2,3]}}}"#, "s.by_name.a.y[2]", Part::Value);
        check(r#"{"by_name":{"a":{"z":[1,2]}}}"#, "s.by_name.a.z", Part::Name);
    }

    #[test]
    fn a_column_beyond_the_text_is_nowhere() {
        assert_eq!(at("{\"a\":1}", 8, KeyPath::default()), None);
        assert_eq!(at("", 1, KeyPath::default()), None);
        for text in ["{\"a", "{\"a\":", "[[[", "\"\\", "{\"a\"1"] {
            assert_eq!(at(text, 99, KeyPath::default()), None, "{text}");
        }
    }
}
