//! What a policy answers: a denial, or votes on the flags.

use crate::flag::PerFlag;
use crate::printable::printable;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One policy's opinion on one flag.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Vote {
    /// No opinion.
    #[default]
    Abstain,
    /// The flag should be set.
    Grant,
    /// The flag must not be set.
    Withhold,
}

impl fmt::Display for Vote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Vote::Abstain => "abstain",
            Vote::Grant => "grant",
            Vote::Withhold => "withhold",
        })
    }
}

/// A vote on each flag.
pub type Ballot = PerFlag<Vote>;

/// A policy's refusal of a sign-up, safe to log and to show.
///
/// It is made by [`Denial::new`] alone, so that no text of a guest gets past it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Denial {
    code: String,
    message: String,
}

impl Denial {
    /// The most characters that a code may have.
    pub const CODE_CHARACTERS: usize = 64;
    /// What is shown instead of a message that says nothing.
    pub const BLANK_MESSAGE: &str = "The sign-up was denied";
    /// What is recorded instead of a code that says nothing.
    pub const BLANK_CODE: &str = "denied";
    /// What is recorded where a policy's words are discarded.
    pub const DISCARDED_CODE: &str = "discarded";

    /// Takes a policy's words and keeps what may be shown, with at most so many characters
    /// of the message.
    ///
    /// The code keeps letters, digits, `-`, `_` and `.`; anything else becomes `-`. The
    /// message becomes one printable line without a final period, which Cognito adds.
    pub fn new(code: &str, message: &str, characters: usize) -> Denial {
        Denial { code: printable_code(code), message: printable_message(message, characters) }
    }

    /// The same denial without the policy's code.
    #[must_use]
    pub fn without_code(self) -> Denial {
        Denial { code: Denial::DISCARDED_CODE.to_owned(), ..self }
    }

    /// The reason for machines and logs.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The reason for the person signing up.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// The answer of one policy to one sign-up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// No objection, and what else the policy wants.
    Allow(Ballot),
    /// The sign-up must not happen.
    Deny(Denial),
}

/// A text with `-` for every character that no code has.
pub(crate) fn as_code(text: &str) -> String {
    let keep = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    text.chars().map(|c| if keep(c) { c } else { '-' }).collect()
}

fn printable_code(code: &str) -> String {
    let code: String = as_code(code).chars().take(Denial::CODE_CHARACTERS).collect();
    if code.chars().any(|c| c.is_ascii_alphanumeric()) {
        code
    } else {
        Denial::BLANK_CODE.to_owned()
    }
}

fn printable_message(message: &str, characters: usize) -> String {
    let mut line = printable(message, characters);
    if line.ends_with('.') && !line.ends_with("..") {
        line.pop();
    }
    if line.chars().any(char::is_alphanumeric) { line } else { Denial::BLANK_MESSAGE.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_message(given: &str, shown: &str) {
        assert_eq!(Denial::new("code", given, 256).message(), shown, "{given:?}");
    }

    #[test]
    fn a_message_is_one_printable_line_without_a_final_period() {
        check_message("Too short", "Too short");
        check_message("Too short.", "Too short");
        check_message("Wait...", "Wait...");
        check_message("  a \r\n b\tc ", "a b c");
        check_message("a\u{1b}[31mred", "a [31mred");
        check_message("abc\u{202e}gpj.exe\u{2066}", "abcgpj.exe");
        check_message("a\u{2028}b\u{85}c", "a b c");
        check_message("mindestens fünf Zeichen", "mindestens fünf Zeichen");
        check_message("نمی\u{200c}شود", "نمی\u{200c}شود");
    }

    #[test]
    fn a_message_that_says_nothing_is_replaced() {
        for blank in ["", " \n ", ".", "\u{200b}", "\u{202e}\u{202c}", "---"] {
            check_message(blank, Denial::BLANK_MESSAGE);
        }
    }

    #[test]
    fn a_long_message_is_cut() {
        let long = "ä".repeat(1_000_000);
        assert_eq!(Denial::new("code", &long, 256).message().chars().count(), 256);
        assert_eq!(Denial::new("code", &long, 32).message().chars().count(), 32);
    }

    #[test]
    fn a_code_keeps_what_a_log_can_hold() {
        for (given, kept) in [
            ("username-too-short", "username-too-short"),
            ("a b\n\"c", "a-b--c"),
            ("", Denial::BLANK_CODE),
            ("\u{202e}", Denial::BLANK_CODE),
        ] {
            assert_eq!(Denial::new(given, "m", 256).code(), kept, "{given:?}");
        }
        assert_eq!(Denial::new(&"x".repeat(1000), "m", 256).code().len(), 64);
    }
}
