//! All output of the tool: standard output and standard error get only printable characters and the
//! tool's own colours, whatever an untrusted file contains.

use super::terminal;
use admit_build::diagnostics;
use admit_core::printable_lines;
use anstream::{AutoStream, ColorChoice};
use std::io::{self, BufWriter, IsTerminal, Write, stderr, stdout};

/// Prints text on standard output, of which parts may be untrusted.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let choice = AutoStream::choice(&stdout());
    stdout().lock().write_all(shown(text, choice).as_bytes())
}

/// Prints text that is known to be printable: escaped JSON, or a part of this program.
pub(crate) fn print_own(text: &str) -> io::Result<()> {
    stdout().lock().write_all(text.as_bytes())
}

/// Prints such text in parts.
pub(super) fn print_parts(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(stdout().lock());
    write(&mut out)?;
    out.flush()
}

/// Writes a file to standard output, which was specified instead of a path.
pub(super) fn print_file(bytes: &[u8]) -> io::Result<()> {
    stdout().lock().write_all(bytes)
}

/// Returns whether standard output is a terminal.
pub(crate) fn is_terminal() -> bool {
    stdout().is_terminal()
}

/// Prints a message on standard error. A closed standard error is not an error.
pub(crate) fn say(text: &str) {
    let choice = AutoStream::choice(&stderr());
    let _ = stderr().lock().write_all(format!("{}\n", shown(text, choice)).as_bytes());
}

/// Prints an error.
pub(crate) fn say_error(error: &anyhow::Error) {
    say(&terminal::rendered(&diagnostics::render(error)));
}

/// Prints a warning.
pub(crate) fn warn(message: &str) {
    say(&terminal::rendered(&diagnostics::warning(message)));
}

/// Prints a message of the parser of arguments: help, or an error.
pub(crate) fn print_usage(error: &clap::Error) -> io::Result<()> {
    let text = error.render();
    // The message quotes arguments, which may be the names of untrusted files; without styles, the
    // escape characters in them cannot be mistaken for those of a style.
    let is_plain =
        std::env::args_os().any(|argument| argument.to_string_lossy().contains('\u{1b}'));
    let text = match is_plain {
        true => text.to_string(),
        false => terminal::rendered(&text.ansi().to_string()),
    };
    match error.use_stderr() {
        true => {
            say(text.trim_end_matches('\n'));
            Ok(())
        }
        false => print(&text),
    }
}

/// Makes text printable, and adds colours unless there are none.
fn shown(text: &str, choice: ColorChoice) -> String {
    let mut shown = String::with_capacity(text.len());
    for (style, words) in terminal::styled(text) {
        if let Some(style) = style.filter(|_| choice != ColorChoice::Never) {
            shown.push_str("\u{1b}[");
            shown.push_str(style);
            shown.push('m');
        }
        shown.push_str(&printable_lines(words));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_printable_characters_and_colours_are_printed() {
        let hostile = "\u{1b}[32mverified\u{1b}[0m \u{202e}\u{fdd0}0000000000000000;32\u{fdd1}";
        let text = format!("{}: {hostile}\n", terminal::bad("other code"));
        let words = "\u{fffd}[32mverified\u{fffd}[0m \u{fffd}\u{fffd}0000000000000000;32\u{fffd}\n";
        assert_eq!(shown(&text, ColorChoice::Never), format!("other code: {words}"));
        assert_eq!(
            shown(&text, ColorChoice::Always),
            format!("\u{1b}[31mother code\u{1b}[0m: {words}")
        );
    }

    #[test]
    fn only_the_styles_of_a_renderer_are_kept() {
        let text =
            terminal::rendered("\u{1b}[1m\u{1b}[91merror\u{1b}[0m: a\u{1b}[2Jb\u{1b}]0;t\u{7}");
        let words = ": a\u{fffd}[2Jb\u{fffd}]0;t\u{fffd}";
        assert_eq!(shown(&text, ColorChoice::Never), format!("error{words}"));
        assert_eq!(
            shown(&text, ColorChoice::Always),
            format!("\u{1b}[1m\u{1b}[91merror\u{1b}[0m{words}")
        );
    }
}
