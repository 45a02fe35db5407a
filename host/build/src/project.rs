//! Policy projects: a folder with the source of one policy, which is built to a component with
//! nothing asked of its author.
//!
//! `policy.toml` says what it is written in; `languages` has what builds it.

use crate::build::{inputs, output};
use crate::languages::guest_language::GuestLanguage;
use crate::languages::{find, rust};
use crate::policy_toml;
use crate::source::Source;
use admit_core::{KeyPath, Language, Metadata};
use anyhow::bail;
use std::path::{Path, PathBuf};

/// Whether a folder is a policy project.
pub fn is_one(folder: &Path) -> bool {
    folder.join(policy_toml::FILE).is_file() || folder.join(rust::MANIFEST).is_file()
}

/// Builds the project in a folder and returns where its component is.
///
/// # Errors
///
/// If it cannot be built; the tools have said why on standard error.
pub fn build(folder: &Path) -> anyhow::Result<PathBuf> {
    match policy_toml::read(folder)? {
        Some((source, metadata)) => {
            check_language(folder, &source, &metadata)?.build(folder, &source, &metadata)
        }
        None if folder.join(rust::MANIFEST).is_file() => rust::build_without_metadata(folder),
        None => bail!(
            "`{}` is not a policy project: it has no `{}`, which describes a policy and names its \
             language; `admit new` makes a project",
            folder.display(),
            policy_toml::FILE
        ),
    }
}

/// The files and folders on which a component depends: for a project its folder, and the files
/// outside that it takes.
pub fn places(component: &Path) -> Vec<PathBuf> {
    let mut places = vec![component.to_owned()];
    let Ok(Some((_, metadata))) = policy_toml::read(component) else { return places };
    let Ok(folder) = component.canonicalize() else { return places };
    let files = find(metadata.language).files(&folder).into_iter();
    let files = files.chain(output::inputs(&folder, &metadata));
    places.extend(files.filter(|file| !file.starts_with(&folder)));
    places
}

/// The files that a component is made from, as far as they are known without a build: itself, or
/// the files of a project, and those outside that it takes.
pub fn files(component: &Path) -> Vec<PathBuf> {
    if !component.is_dir() {
        return vec![component.to_owned()];
    }
    let mut files = vec![component.join(policy_toml::FILE)];
    files.extend(["src", "sdk"].iter().flat_map(|part| inputs::sources(&component.join(part))));
    let Ok(Some((_, metadata))) = policy_toml::read(component) else {
        files.extend(rust::Rust.files(component));
        return files;
    };
    let Ok(folder) = component.canonicalize() else { return files };
    files.extend(output::files(&folder, find(metadata.language).files(&folder)));
    files.extend(output::inputs(&folder, &metadata));
    files
}

/// The language of a project, if its source file is of that language.
fn check_language(
    folder: &Path,
    source: &Source,
    metadata: &Metadata,
) -> anyhow::Result<&'static dyn GuestLanguage> {
    let is_here = |language: &dyn GuestLanguage| folder.join(language.source()).is_file();
    let language = find(metadata.language);
    if is_here(language) {
        return Ok(language);
    }
    let other = Language::ALL.into_iter().map(find).find(|other| is_here(*other));
    let found = match other {
        Some(other) => format!(
            "; this folder has `{}`, for which the language is `{}`",
            other.source(),
            other.language().name()
        ),
        None => ", which is missing".to_owned(),
    };
    let message =
        format!("a policy in {} needs the file `{}`{found}", metadata.language, language.source());
    Err(source.error(&KeyPath::default().key("language"), message))
}
