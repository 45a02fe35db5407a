//! Results as text or as JSON.

use super::printer;
use admit_core::is_printable;
use clap::ValueEnum;
use serde::Serialize;
use std::io::{self, Write};

/// How a result is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One JSON object
    Json,
}

/// Prints a result as one JSON object. It may be large, and is not kept in memory as text.
pub(crate) fn print_json(result: &impl Serialize) -> io::Result<()> {
    printer::print_parts(|out| {
        serde_json::to_writer_pretty(Visible(out), result)?;
        out.write_all(b"\n")
    })
}

/// Escapes JSON for a terminal while it is written.
struct Visible<'a>(&'a mut dyn Write);

impl Write for Visible<'_> {
    fn write(&mut self, json: &[u8]) -> io::Result<usize> {
        // Most parts are punctuation and keys, and a result may have millions of them.
        if json.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
            self.0.write_all(json)?;
            return Ok(json.len());
        }
        // The serializer does not split characters.
        let text = str::from_utf8(json).map_err(io::Error::other)?;
        self.0.write_all(visible(text).as_bytes())?;
        Ok(json.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A result as one JSON object and a newline, which a terminal can show.
pub(crate) fn to_json(result: &impl Serialize) -> serde_json::Result<String> {
    Ok(visible(&serde_json::to_string_pretty(result)?) + "\n")
}

/// Prints the answer of the function byte for byte, except for escapes: the person signing up wrote
/// part of it, so characters that are not printable are escaped, and on a terminal all that are not
/// ASCII.
pub(crate) fn print_answer(json: &str) -> io::Result<()> {
    match printer::is_terminal() {
        true => printer::print(&visible(json)),
        false => printer::print_own(&escaped(json, is_printable)),
    }
}

/// Escapes JSON for a terminal: characters that could be commands or invisible.
fn visible(json: &str) -> String {
    let is_visible = |c: char| c.is_ascii() || c.is_alphanumeric();
    escaped(json, |c| is_visible(c) && is_printable(c))
}

fn escaped(json: &str, stays: impl Fn(char) -> bool) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        // Strings in JSON have no control characters, but there is white space between the values.
        if matches!(c, ' ' | '\t' | '\r' | '\n') || stays(c) {
            text.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                text += &format!("\\u{unit:04x}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_written_by_its_number() {
        let words = ["Zürich", "\u{9b}31m", "a\u{202e}b", "\u{7f}\u{1b}", "😀", "\u{3164}\u{200d}"];
        let text = to_json(&words).unwrap();
        assert!(text.contains("Zürich") && text.contains(r"\u009b31m"), "{text}");
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        assert!(text.chars().all(|c| c == '\n' || is_printable(c)), "{text:?}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&text).unwrap(), words);
    }
}
