//! Results as text or as JSON.

use clap::ValueEnum;
use serde::Serialize;
use std::io::{self, Write, stdout};

/// How a result is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One JSON object
    Json,
}

/// Prints a result as one JSON object.
pub(crate) fn print_json(result: &impl Serialize) -> io::Result<()> {
    stdout().lock().write_all(to_json(result)?.as_bytes())
}

/// A result as one JSON object and a newline, which a terminal can show.
pub(crate) fn to_json(result: &impl Serialize) -> serde_json::Result<String> {
    Ok(visible(&serde_json::to_string_pretty(result)?) + "\n")
}

/// The same JSON for a terminal. Part of it may be a stranger's words: what a terminal could
/// take for a command, or nobody would see, is written by its number.
pub(crate) fn visible(json: &str) -> String {
    let mut text = String::new();
    for c in json.chars() {
        // It stands in a text: everything else in JSON is ASCII.
        if c == '\u{7f}' || (!c.is_ascii() && !c.is_alphanumeric()) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                text += &format!("\\u{unit:04x}");
            }
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_written_by_its_number() {
        let words = ["Zürich", "\u{9b}31m", "a\u{202e}b", "\u{7f}\u{1b}", "😀"];
        let text = to_json(&words).unwrap();
        assert!(text.contains("Zürich") && text.contains(r"\u009b31m"), "{text}");
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        assert!(!text.contains('\u{202e}'), "{text:?}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&text).unwrap(), words);
    }
}
