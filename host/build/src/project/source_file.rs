//! The file that a project of a language has at least.

use admit_core::Language;

/// The manifest of a package in Rust.
pub(super) const CARGO_TOML: &str = "Cargo.toml";

/// The file that a project in some language has at least, from its folder.
pub(super) fn source_of(language: Language) -> &'static str {
    match language {
        Language::Rust => CARGO_TOML,
        Language::TypeScript => "src/policy.ts",
        Language::JavaScript => "src/policy.js",
        Language::Python => "src/policy.py",
        Language::C => "src/policy.c",
    }
}
