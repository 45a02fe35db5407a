//! The files of a new policy project.

/// The project itself: each file with its text, in which the name is still to be filled in.
pub(super) const FILES: [(&str, &str); 9] = [
    (".gitignore", include_str!("../../template/gitignore")),
    (".schemas/cases.schema.json", include_str!("../../../../schemas/cases.schema.json")),
    (".schemas/policy.schema.json", include_str!("../../../../schemas/policy.schema.json")),
    ("Cargo.toml", include_str!("../../template/manifest.toml")),
    ("README.md", include_str!("../../template/README.md")),
    ("cases.toml", include_str!("../../template/cases.toml")),
    ("policy.toml", include_str!("../../template/policy.toml")),
    ("settings.schema.json", include_str!("../../template/settings.schema.json")),
    ("src/lib.rs", include_str!("../../template/src/lib.rs")),
];

/// The SDK, which is in no registry: a copy in the project lets it build anywhere.
pub(super) const SDK: [(&str, &str); 17] = [
    ("Cargo.toml", include_str!("../../template/sdk-manifest.toml")),
    ("LICENSE", include_str!("../../../../LICENSE")),
    ("README.md", include_str!("../../../../guest-sdk/rust/README.md")),
    ("rustfmt.toml", include_str!("../../../../rustfmt.toml")),
    ("src/arena.rs", include_str!("../../../../guest-sdk/rust/src/arena.rs")),
    ("src/bindings.rs", include_str!("../../../../guest-sdk/rust/src/bindings.rs")),
    ("src/bump.rs", include_str!("../../../../guest-sdk/rust/src/bump.rs")),
    ("src/error.rs", include_str!("../../../../guest-sdk/rust/src/error.rs")),
    ("src/export.rs", include_str!("../../../../guest-sdk/rust/src/export.rs")),
    ("src/instance.rs", include_str!("../../../../guest-sdk/rust/src/instance.rs")),
    ("src/lib.rs", include_str!("../../../../guest-sdk/rust/src/lib.rs")),
    ("src/log.rs", include_str!("../../../../guest-sdk/rust/src/log.rs")),
    ("src/policy.rs", include_str!("../../../../guest-sdk/rust/src/policy.rs")),
    ("src/schema.rs", include_str!("../../../../guest-sdk/rust/src/schema.rs")),
    ("src/sign_up.rs", include_str!("../../../../guest-sdk/rust/src/sign_up.rs")),
    ("src/verdict.rs", include_str!("../../../../guest-sdk/rust/src/verdict.rs")),
    ("wit/policy.wit", include_str!("../../../../guest-sdk/rust/wit/policy.wit")),
];
