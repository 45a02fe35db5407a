//! What a new project contains, in words.

use admit_core::Language;

/// What an author looks at, in that order, and what it is.
pub(super) fn of(language: Language) -> Vec<(&'static str, &'static str)> {
    let policy = match language {
        Language::Rust => ("src/lib.rs", "the policy, and its tests"),
        Language::TypeScript => ("src/policy.ts", "the policy"),
        Language::JavaScript => ("src/policy.js", "the policy"),
        Language::Python => ("src/policy.py", "the policy"),
        Language::C => ("src/policy.c", "the policy"),
    };
    let schema = match language {
        Language::Rust => "the schema of its settings, made from their Rust type",
        _ => "the schema of its settings",
    };
    let sdk = match language {
        Language::Rust => "the crate `admit-policy`, so that the project builds anywhere",
        Language::TypeScript | Language::JavaScript => {
            "the package `admit-policy`, so that the project builds anywhere"
        }
        Language::Python => "the package `admit_policy`, so that the project builds anywhere",
        Language::C => "the header `admit_policy.h`, and what is linked with it",
    };
    let contents = [
        policy,
        ("src/policy.test.ts", "its tests"),
        ("src/policy.test.js", "its tests"),
        ("tests/", "its tests"),
        ("policy.toml", "what it says of itself: what it asks for, its codes for denials"),
        ("settings.schema.json", schema),
        ("cases.toml", "sign-ups, and what is expected of each"),
        ("Cargo.toml", "its package"),
        ("package.json", "its package"),
        ("requirements.txt", "the tools that build it, each in one version"),
        ("Makefile", "how its tests are built"),
        ("README.md", "how to test, build and use it"),
        ("sdk/", sdk),
    ];
    let files = super::files::of(language);
    let is_there = |name: &str| match name.ends_with('/') {
        true => files.iter().any(|(file, _)| file.starts_with(name)),
        false => files.iter().any(|(file, _)| *file == name),
    };
    contents.into_iter().filter(|(name, _)| is_there(name)).collect()
}
