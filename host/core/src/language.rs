//! The languages that policies are written in.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Declares [`Language`] from a table with one row a language: its name in `policy.toml` and its
/// display name.
macro_rules! languages {
    ($($(#[$attribute:meta])* $language:ident = $name:literal, $title:literal;)*) => {
        /// The language that a policy is written in, which determines how it is built.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
        pub enum Language {
            $($(#[$attribute])* #[serde(rename = $name)] $language,)*
        }

        impl Language {
            /// Every language.
            pub const ALL: [Language; [$($name),*].len()] = [$(Language::$language),*];

            /// Returns the name of the language in `policy.toml`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Language::$language => $name,)*
                }
            }
        }

        /// The display name of the language.
        impl fmt::Display for Language {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Language::$language => $title,)*
                })
            }
        }
    };
}

languages! {
    /// Rust, with the crate `admit-policy`.
    #[default]
    Rust = "rust", "Rust";
    /// TypeScript, with the npm package `admit-policy`.
    TypeScript = "typescript", "TypeScript";
    /// JavaScript, with the npm package `admit-policy`.
    JavaScript = "javascript", "JavaScript";
    /// Python, with the package `admit_policy`.
    Python = "python", "Python";
    /// C, with the header `admit_policy.h`.
    C = "c", "C";
}

impl Language {
    /// Returns whether this is the default language.
    pub fn is_default(&self) -> bool {
        *self == Language::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_serialized_as_its_name() {
        for language in Language::ALL {
            let text = format!("\"{}\"", language.name());
            assert_eq!(serde_json::from_str::<Language>(&text).unwrap(), language);
            assert_eq!(serde_json::to_string(&language).unwrap(), text);
        }
    }
}
