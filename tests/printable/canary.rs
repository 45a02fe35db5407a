//! The canary, the values that contain it, and the check of the output for it.

use serde_json::{Map, Value};
use std::process::Output;

/// Control characters of both kinds, bidirectional controls, characters of zero width, tags,
/// characters for private use and noncharacters.
pub(super) const CANARY: &str = "\u{1b}[45m\u{1b}]0;t\u{7}\u{9b}45m\u{8}\r\u{7f}\u{85}\u{202e}\u{2066}\
                                 \u{200f}\u{200b}\u{200d}\u{feff}\u{ad}\u{e0041}\u{2028}\u{e000}\u{fdd0}";

/// Copies of a value, one for each of its texts and keys, in which that one contains the canary.
pub(super) fn with_canary(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) => vec![Value::String(format!("{text}{CANARY}"))],
        Value::Array(items) => {
            let of_item = |(index, item): (usize, &Value)| {
                with_canary(item).into_iter().map(move |item| {
                    let mut items = items.clone();
                    items[index] = item;
                    Value::Array(items)
                })
            };
            items.iter().enumerate().flat_map(of_item).collect()
        }
        Value::Object(members) => {
            let with = |members: &Map<String, Value>, key: String, value: Value| {
                let mut members = members.clone();
                members.insert(key, value);
                Value::Object(members)
            };
            let of_member = |(key, value): (&String, &Value)| {
                let mut without = members.clone();
                without.remove(key);
                let other_key = with(&without, format!("{key}{CANARY}"), value.clone());
                let values = with_canary(value).into_iter();
                let values = values.map(|value| with(members, key.clone(), value));
                values.chain([other_key]).collect::<Vec<_>>()
            };
            members.iter().flat_map(of_member).collect()
        }
        _ => Vec::new(),
    }
}

/// Checks that a command printed only printable characters and the colours of the tool, and that its
/// exit status is a documented one.
pub(crate) fn check(output: &Output, what: &str) {
    for bytes in [&output.stdout, &output.stderr] {
        let text = String::from_utf8(bytes.clone()).unwrap_or_else(|_| panic!("{what}: not UTF-8"));
        let mut before = ' ';
        for (at, c) in without_colors(&text).chars().enumerate() {
            let is_bad = c.is_control() && c != '\n'
                || matches!(c, '\u{ad}' | '\u{200b}' | '\u{200f}' | '\u{2028}'..='\u{202e}')
                || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e000}'..='\u{f8ff}')
                || matches!(c, '\u{fdd0}'..='\u{fdef}' | '\u{e0000}'..='\u{e0fff}')
                || c == '\u{200d}' && before.is_ascii();
            assert!(!is_bad, "{what}: {c:?} at {at} of {text:?}");
            before = c;
        }
    }
    let status = output.status.code();
    assert!(matches!(status, Some(0..=3)), "{what}: {status:?} {output:?}");
}

/// Removes the colours of the tool, which do not include that of the canary.
fn without_colors(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| match part.split_once('m') {
        Some(("0" | "1" | "4" | "31" | "32" | "33" | "91" | "92" | "93" | "94" | "96", rest)) => {
            all + rest
        }
        _ => all + "\u{1b}[" + part,
    })
}
