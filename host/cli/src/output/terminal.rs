//! Colours, for a person who looks at a terminal. What goes elsewhere is plain text.

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use std::io;

/// When there are colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal that has them, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

impl Color {
    /// Makes it so from here on.
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

/// A word that says that all is well, for standard output: `ok`, `admitted`.
pub(crate) fn good(text: &str) -> String {
    paint(GOOD, text)
}

/// A word that asks for a second look, for standard output: `changed`.
pub(crate) fn doubtful(text: &str) -> String {
    paint(DOUBTFUL, text)
}

/// A word that says no, for standard output: `denied`, `FAILED`.
pub(crate) fn bad(text: &str) -> String {
    paint(BAD, text)
}

/// Words that open a cell of a table, each with its colour.
const OPENERS: [(&str, Style); 5] =
    [("yes", GOOD), ("grants", GOOD), ("withholds", DOUBTFUL), ("denies:", BAD), ("fails:", BAD)];

/// A table whose cells are two spaces apart, for standard output: its header and the words
/// that matter stand out. Each row begins with a name, which is nobody's verdict.
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

/// Standard output is a part of every program's input: without colours nothing is added.
fn paint(style: Style, text: &str) -> String {
    match AutoStream::choice(&io::stdout()) {
        ColorChoice::Never => text.to_owned(),
        _ => format!("{style}{text}{style:#}"),
    }
}
