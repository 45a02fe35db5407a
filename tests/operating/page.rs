//! The page, and what it is compared with.

use admit_tests::{Bundle, Lambda, root};
pub(super) use admit_tests::{blocks, section, table};
use serde_json::Value;
use std::fs;

pub(super) fn page() -> String {
    read("docs/src/operating.md")
}

/// A file of the repository.
pub(super) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The words between back ticks.
pub(super) fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

pub(super) fn unquoted(text: &str) -> &str {
    match quoted(text)[..] {
        [word] if text.len() == word.len() + 2 => word,
        _ => panic!("`{text}` is not one quoted word"),
    }
}

/// The function with these variables in its environment.
pub(super) fn start(bundle: &Bundle, variables: &[(&str, &str)]) -> Lambda {
    Lambda::start_with(&bundle.path(), variables.iter().copied())
}

/// A quantity with a space before its unit, as the page writes it.
pub(super) fn in_words(quantity: &str) -> String {
    let digits = quantity.bytes().take_while(u8::is_ascii_digit).count();
    format!("{} {}", &quantity[..digits], &quantity[digits..])
}

/// The number behind a text in the code.
pub(super) fn number(code: &str, before: &str) -> u64 {
    let rest = code.split(before).nth(1).unwrap_or_else(|| panic!("no `{before}`"));
    let digits: String = rest
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == '_')
        .filter(|c| *c != '_')
        .collect();
    digits.parse().unwrap()
}

/// The one block of the page that begins like this.
pub(super) fn command(page: &str, beginning: &str) -> String {
    let blocks = blocks(page, "sh");
    let found: Vec<_> = blocks.iter().filter(|block| block.starts_with(beginning)).collect();
    assert_eq!(found.len(), 1, "blocks that begin with `{beginning}`");
    found[0].trim_end().to_owned()
}

/// A number as the page writes it, with its thousands apart.
pub(super) fn cell(text: &str) -> f64 {
    text.replace(',', "").parse().unwrap_or_else(|_| panic!("`{text}` is not a number"))
}

pub(super) fn schema() -> Value {
    serde_json::from_str(&read("schemas/decision.schema.json")).unwrap()
}

pub(super) const KEY: &str = "0123456789abcdef0123456789abcdef";
