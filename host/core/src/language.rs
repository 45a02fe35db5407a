//! The languages that policies are written in.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a policy is written in, and so what builds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Rust, with the crate `admit-policy`.
    #[default]
    Rust,
    /// TypeScript, with the npm package `admit-policy`.
    TypeScript,
    /// JavaScript, with the same.
    JavaScript,
    /// Python, with the package `admit_policy`.
    Python,
    /// C, with the header `admit_policy.h`.
    C,
}

impl Language {
    /// Every language that there is.
    pub const ALL: [Language; 5] =
        [Language::Rust, Language::TypeScript, Language::JavaScript, Language::Python, Language::C];

    /// Its name, as it stands in `policy.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Language::Rust => "rust",
            Language::TypeScript => "typescript",
            Language::JavaScript => "javascript",
            Language::Python => "python",
            Language::C => "c",
        }
    }

    /// Whether it is the one that is meant where none is named.
    pub fn is_default(&self) -> bool {
        *self == Language::default()
    }
}

/// As people write it.
impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Language::Rust => "Rust",
            Language::TypeScript => "TypeScript",
            Language::JavaScript => "JavaScript",
            Language::Python => "Python",
            Language::C => "C",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_is_written() {
        for language in Language::ALL {
            let text = format!("\"{}\"", language.name());
            assert_eq!(serde_json::from_str::<Language>(&text).unwrap(), language);
            assert_eq!(serde_json::to_string(&language).unwrap(), text);
        }
    }
}
