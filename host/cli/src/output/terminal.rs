//! Colours, which the printer writes only to a terminal.

use anstream::ColorChoice;
use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::LazyLock;

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal that has them, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

impl Color {
    /// Applies the choice from here on.
    pub(crate) fn choose(self) {
        let choice = match self {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        choice.write_global();
    }
}

const HEADER: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
const BAD: Style = AnsiColor::Red.on_default();

/// A heading, for standard output.
pub(crate) fn header(text: &str) -> String {
    paint(HEADER, text)
}

/// A word for a good result, for standard output: `ok`, `admitted`.
pub(crate) fn good(text: &str) -> String {
    paint(GOOD, text)
}

/// A word for a result to look at, for standard output: `changed`.
pub(crate) fn doubtful(text: &str) -> String {
    paint(DOUBTFUL, text)
}

/// A word for a bad result, for standard output: `denied`, `FAILED`.
pub(crate) fn bad(text: &str) -> String {
    paint(BAD, text)
}

/// Words at the beginning of a cell of a table, each with its colour.
const OPENERS: [(&str, Style); 5] =
    [("yes", GOOD), ("grants", GOOD), ("withholds", DOUBTFUL), ("denies:", BAD), ("fails:", BAD)];

/// A table whose cells are two spaces apart, for standard output: its header and the words
/// that matter stand out. The first cell of a row is a name, and never has a colour.
pub(crate) fn table(text: &str) -> String {
    let mut lines = text.lines();
    let mut table = String::new();
    if let Some(line) = lines.next() {
        table.push_str(&header(line));
        table.push('\n');
    }
    for line in lines {
        for (index, cell) in line.split("  ").enumerate() {
            let start = cell.len() - cell.trim_start().len();
            let (space, words) = cell.split_at(start);
            let opener = words.split(' ').next().unwrap_or_default();
            let style = OPENERS.iter().find(|(word, _)| *word == opener && index > 0);
            let gap = if index > 0 { "  " } else { "" };
            table.push_str(gap);
            table.push_str(space);
            match style {
                Some((_, style)) => {
                    table.push_str(&paint(*style, opener));
                    table.push_str(&words[opener.len()..]);
                }
                None => table.push_str(words),
            }
        }
        table.push('\n');
    }
    table
}

/// Marks text with a style. The printer replaces the marks with escape sequences after it has removed
/// those of the text, which may be untrusted.
fn paint(style: Style, text: &str) -> String {
    let style = style.render().to_string();
    format!("{}{text}{}", mark(sequence(&style)), mark("0"))
}

/// Replaces the styles of a renderer, whose input was printable, with marks.
pub(crate) fn rendered(text: &str) -> String {
    let mut parts = text.split(START);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| {
        let end = part.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(part.len());
        match part[end..].strip_prefix('m') {
            Some(rest) => all + &mark(&part[..end]) + rest,
            None => all + START + part,
        }
    })
}

/// Splits marked text into parts, each with the style that begins there.
pub(super) fn styled(text: &str) -> impl Iterator<Item = (Option<&str>, &str)> {
    let start: &str = &MARK;
    text.split(start).enumerate().map(|(index, part)| match part.split_once(END) {
        Some((style, words)) if index > 0 => (Some(style), words),
        _ => (None, part),
    })
}

/// The start of an escape sequence of a style.
const START: &str = "\u{1b}[";

/// The end of a mark.
const END: char = '\u{fdd1}';

/// The start of a mark: a noncharacter, and a random number that no file can contain.
static MARK: LazyLock<String> =
    LazyLock::new(|| format!("\u{fdd0}{:016x}", RandomState::new().build_hasher().finish()));

fn mark(style: &str) -> String {
    format!("{}{style}{END}", *MARK)
}

/// The parameters of an escape sequence.
fn sequence(style: &str) -> &str {
    style.trim_start_matches(START).trim_end_matches('m')
}
