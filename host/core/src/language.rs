//! The languages that policies are written in.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Makes the type of a list that has a line for each language: its name in `policy.toml`, and as
/// people write it.
macro_rules! languages {
    ($($(#[$attribute:meta])* $language:ident = $name:literal, $title:literal;)*) => {
        /// The language that a policy is written in, which decides how it is built.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
        pub enum Language {
            $($(#[$attribute])* #[serde(rename = $name)] $language,)*
        }

        impl Language {
            /// Every language that there is.
            pub const ALL: [Language; [$($name),*].len()] = [$(Language::$language),*];

            /// Its name, as it stands in `policy.toml`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Language::$language => $name,)*
                }
            }
        }

        /// As people write it.
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
    /// JavaScript, with the same.
    JavaScript = "javascript", "JavaScript";
    /// Python, with the package `admit_policy`.
    Python = "python", "Python";
    /// C, with the header `admit_policy.h`.
    C = "c", "C";
}

impl Language {
    /// Whether it is the one that is meant where none is named.
    pub fn is_default(&self) -> bool {
        *self == Language::default()
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
