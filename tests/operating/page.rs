//! The page, and what it is compared with.

use admit_tests::{Bundle, Lambda, bootstrap, root};
use serde_json::Value;
use std::fs;
use std::process::Command;

pub(super) fn page() -> String {
    read("docs/src/operating.md")
}

/// A file of the repository.
pub(super) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// What stands between a heading, given with its signs, and the next one of its level or above.
pub(super) fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let start = page.find(&format!("\n{heading}\n"));
    let start = start.unwrap_or_else(|| panic!("no heading `{heading}`")) + heading.len() + 2;
    let level = heading.bytes().take_while(|byte| *byte == b'#').count();
    let ends = (2..=level).filter_map(|level| {
        let next = format!("\n{} ", "#".repeat(level));
        page[start..].find(&next).map(|end| start + end)
    });
    &page[start..ends.min().unwrap_or(page.len())]
}

/// The rows of the table with this header, without the back ticks around a whole cell.
pub(super) fn table(text: &str, header: &[&str]) -> Vec<Vec<String>> {
    let header = format!("| {} |", header.join(" | "));
    let mut lines = text.lines().skip_while(|line| *line != header).skip(2);
    let rows: Vec<Vec<String>> = lines
        .by_ref()
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect();
    assert!(!rows.is_empty(), "no table `{header}`");
    assert!(lines.all(|line| line != header), "two tables `{header}`");
    rows
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

/// The code blocks of a language, without their indentation.
pub(super) fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let indent = line.len() - line.trim_start().len();
        if line.trim_start() == format!("```{language}") {
            let block = lines.by_ref().take_while(|line| line.trim() != "```");
            blocks.push(
                block.map(|line| line.get(indent..).unwrap_or("").to_owned() + "\n").collect(),
            );
        }
    }
    blocks
}

/// The function with these variables in its environment.
pub(super) fn start(bundle: &Bundle, variables: &[(&str, &str)]) -> Lambda {
    let mut command = Command::new(bootstrap());
    command.env("ADMIT_BUNDLE", bundle.path()).envs(variables.iter().copied());
    Lambda::start_command(command)
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
    text.replace(',', "").parse().unwrap_or_else(|_| panic!("`{text}` is no number"))
}

pub(super) fn schema() -> Value {
    serde_json::from_str(&read("schemas/decision.schema.json")).unwrap()
}

pub(super) const KEY: &str = "0123456789abcdef0123456789abcdef";
