//! The files of new projects: those of the folders in `template`, and a copy of the SDK. No registry
//! has the SDKs, so a project with a copy builds anywhere.

use crate::languages::guest_language::{Files, GuestLanguage};
use std::collections::BTreeMap;
use std::path::Path;

include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// The files that projects in all languages take from elsewhere in the repository.
pub(crate) const SHARED: Files = &[
    (".schemas/cases.schema.json", include_str!("../../../schemas/cases.schema.json")),
    (".schemas/policy.schema.json", include_str!("../../../schemas/policy.schema.json")),
    ("sdk/LICENSE", include_str!("../../../LICENSE")),
];

/// The files of a new project by their names from its folder.
pub(crate) fn project(language: &dyn GuestLanguage, name: &str) -> BTreeMap<&'static str, String> {
    let extension = Path::new(language.source()).extension().unwrap_or_default();
    let values = [
        ("{{name}}", name.to_owned()),
        ("{{version}}", env!("CARGO_PKG_VERSION").to_owned()),
        ("{{language}}", language.language().to_string()),
        ("{{language-name}}", language.language().name().to_owned()),
        ("{{extension}}", extension.display().to_string()),
    ];
    let fill_in = |text: &str| {
        values.iter().fold(text.to_owned(), |text, (key, value)| text.replace(key, value))
    };
    let files = language.template().iter().copied().flatten();
    files.map(|(path, text)| (*path, fill_in(text))).collect()
}
