//! The verdict of a policy: a denial, or votes on the flags.

use crate::flag::PerFlag;
use crate::printable::printable;
use crate::user_name::UserName;
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
pub type Votes = PerFlag<Vote>;

/// One policy's opinion on linking the external identity to a user of the pool.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum LinkVote {
    /// No opinion.
    #[default]
    Abstain,
    /// The identity should be linked to this user.
    Grant(UserName),
    /// The identity must not be linked.
    Withhold,
}

/// A policy's votes on everything that an answer can do besides denying.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Ballot {
    /// A vote on each flag.
    pub flags: Votes,
    /// The vote on linking the external identity to a user of the pool.
    pub link: LinkVote,
}

impl LinkVote {
    /// Returns the vote without the user.
    pub fn vote(&self) -> Vote {
        match self {
            LinkVote::Abstain => Vote::Abstain,
            LinkVote::Grant(_) => Vote::Grant,
            LinkVote::Withhold => Vote::Withhold,
        }
    }

    /// Returns the user, if the vote grants the link.
    pub fn user(&self) -> Option<&UserName> {
        match self {
            LinkVote::Grant(user) => Some(user),
            LinkVote::Abstain | LinkVote::Withhold => None,
        }
    }
}

impl From<Votes> for Ballot {
    fn from(flags: Votes) -> Ballot {
        Ballot { flags, link: LinkVote::Abstain }
    }
}

/// A policy's refusal of a sign-up, safe to log and to show.
///
/// Only [`Denial::new`] creates one, so all text from a guest is sanitized.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Denial {
    code: String,
    message: String,
}

impl Denial {
    /// The maximum number of characters of a code.
    pub const MAX_CODE_CHARS: usize = 64;
    /// The message that replaces a blank one.
    pub const BLANK_MESSAGE: &str = "The sign-up was denied";
    /// The code that replaces a blank one.
    pub const BLANK_CODE: &str = "denied";
    /// The code that is recorded if the manifest discards the policy's text.
    pub const DISCARDED_CODE: &str = "discarded";

    /// Creates a denial from the text of a policy, made safe to log and to show.
    ///
    /// The code keeps letters, digits, `-`, `_` and `.`; any other character becomes `-`. The
    /// message becomes one printable line of at most `max_message_chars` characters, without a
    /// final period, which Cognito adds.
    pub fn new(code: &str, message: &str, max_message_chars: usize) -> Denial {
        Denial {
            code: printable_code(code),
            message: printable_message(message, max_message_chars),
        }
    }

    /// Replaces the policy's code.
    #[must_use]
    pub fn without_code(self) -> Denial {
        Denial { code: Denial::DISCARDED_CODE.to_owned(), ..self }
    }

    /// Returns the machine-readable reason, for logs and metrics.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Returns the reason for the person signing up.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// The answer of one policy to one sign-up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// No objection, with votes.
    Allow(Ballot),
    /// The sign-up must not happen.
    Deny(Denial),
}

/// Replaces every character that a code cannot have with `-`.
fn as_code(text: &str) -> String {
    let keep = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    text.chars().map(|c| if keep(c) { c } else { '-' }).collect()
}

/// Returns whether a sanitized code contains a value, or is a part of it. Texts of fewer than four
/// characters are not compared.
pub(crate) fn code_has_value(code: &str, value: &str) -> bool {
    const MIN_LEN: usize = 4;
    let (code, value) = (code.to_ascii_lowercase(), as_code(value).to_ascii_lowercase());
    let value = value.trim_matches('-');
    value.len() >= MIN_LEN && code.contains(value) || code.len() >= MIN_LEN && value.contains(&code)
}

fn printable_code(code: &str) -> String {
    let code: String = as_code(code).chars().take(Denial::MAX_CODE_CHARS).collect();
    if code.chars().any(|c| c.is_ascii_alphanumeric()) {
        code
    } else {
        Denial::BLANK_CODE.to_owned()
    }
}

fn printable_message(message: &str, max_chars: usize) -> String {
    let mut line = printable(message, max_chars);
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
    fn a_blank_message_is_replaced() {
        for blank in ["", " \n ", ".", "\u{200b}", "\u{202e}\u{202c}", "---"] {
            check_message(blank, Denial::BLANK_MESSAGE);
        }
    }

    #[test]
    fn a_long_message_is_truncated() {
        let long = "ä".repeat(1_000_000);
        assert_eq!(Denial::new("code", &long, 256).message().chars().count(), 256);
        assert_eq!(Denial::new("code", &long, 32).message().chars().count(), 32);
    }

    #[test]
    fn a_code_keeps_only_permitted_characters() {
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
