//! Errors and warnings as the terminal shows them: with the line of the file underlined.

use crate::source::{Source, located};
use admit_core::{FileError, KeyPath, is_printable, printable, printable_lines};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use anstream::{AutoStream, ColorChoice};
use std::io;

/// Prints a message about the progress of a build.
#[expect(clippy::print_stderr, reason = "for the person at the terminal")]
pub(crate) fn say(words: &str) {
    eprintln!("{}", printable_lines(words));
}

/// Warns about the value of a key in a file.
#[expect(clippy::print_stderr, reason = "a warning is for the person at the terminal")]
pub fn warn(source: &Source, key: &KeyPath, message: String) {
    // The text is made printable before it gets colours.
    eprintln!("{}\n", show(&Level::WARNING, &source.at(key, message), &source.text));
}

/// An error as the terminal shows it: with the line of the file underlined, or in one
/// line with its causes.
pub fn render(error: &anyhow::Error) -> String {
    let Some((error, text)) = located(error) else {
        return message_of(Level::ERROR, &printable(&format!("{error:#}"), MAX_CHARACTERS));
    };
    show(&Level::ERROR, error, text)
}

/// The most characters of an error that are shown: some errors quote names from a component, whose
/// author may not be trusted.
const MAX_CHARACTERS: usize = 2_000;

fn show(level: &Level<'_>, error: &FileError, text: &str) -> String {
    let message = printable(&error.message, MAX_CHARACTERS);
    let title = match &error.key {
        Some(key) => format!("`{}`: {message}", printable(key, MAX_CHARACTERS)),
        None => message,
    };
    let snippet = Snippet::source(shown(text))
        .path(printable(&error.file, MAX_CHARACTERS))
        .annotation(AnnotationKind::Primary.span(error.span.clone()));
    renderer().render(&[level.clone().primary_title(title).element(snippet)])
}

/// A text whose lines can be shown: characters that are not printable, and those that the renderer
/// lets through, are replaced by dots of the same length, so that all columns stay the same. The
/// renderer itself replaces those of ASCII.
pub fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_ascii() || is_printable(c) {
            true => shown.push(c),
            false => shown.push_str(DOTS.get(c.len_utf8()).copied().unwrap_or_default()),
        }
    }
    shown
}

/// Dots of a given number of bytes.
const DOTS: [&str; 5] = ["", ".", "·", "·.", "··"];

/// A warning without a line of a file, for standard error.
pub fn warning(message: &str) -> String {
    message_of(Level::WARNING, &printable_lines(message))
}

/// An error without a line of a file, for standard error.
pub fn error(message: &str) -> String {
    message_of(Level::ERROR, &printable_lines(message))
}

fn message_of(level: Level<'_>, message: &str) -> String {
    renderer().render(&[Group::with_title(level.primary_title(message))])
}

/// The renderer of errors and warnings on standard error.
pub fn renderer() -> Renderer {
    renderer_of(AutoStream::choice(&io::stderr()))
}

/// The renderer for standard output, where findings are the result.
pub fn result_renderer() -> Renderer {
    renderer_of(AutoStream::choice(&io::stdout()))
}

fn renderer_of(choice: ColorChoice) -> Renderer {
    match choice {
        ColorChoice::Never => Renderer::plain(),
        _ => Renderer::styled(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_control_character_gets_to_the_terminal() {
        let text = "a = 1 # \u{9b}31m\u{85}\u{1b}[31m\u{202e}red\u{e0041}\r\n\"k\u{9b}\" = 2\n";
        assert_eq!(shown(text).len(), text.len());
        let source = Source { file: "a.toml".to_owned(), text: text.to_owned() };
        let key = KeyPath::default().key("k\u{9b}");
        let rendered = render(&source.error(&key, "no such \u{9b}key".to_owned()));
        assert!(rendered.contains("`k`: no such key"), "{rendered}");
        assert!(rendered.chars().all(|c| is_printable(c) || c == '\n'), "{rendered:?}");
    }
}
