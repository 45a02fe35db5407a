//! Policy projects: a folder with the source of one policy, which is built to a component with
//! nothing asked of its author.
//!
//! `policy.toml` says what it is written in. Each language has its own tools, and what comes out
//! of them goes the same way.

mod builder;
mod c;
mod finish;
mod inputs;
mod install;
mod node;
mod output;
mod output_folder;
mod python;
mod rust;
mod source_file;
mod tools;

use self::builder::Builder;
use self::source_file::source_of;
use crate::policy_toml;
use crate::source::Source;
use admit_core::{KeyPath, Language, Metadata};
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};

/// Whether a folder is a policy project.
pub fn is_one(folder: &Path) -> bool {
    folder.join(policy_toml::FILE).is_file() || folder.join(rust::MANIFEST).is_file()
}

/// Builds the project in a folder and returns where its component is.
///
/// # Errors
///
/// Where it cannot be built; its tools have said why on standard error.
pub fn build(folder: &Path) -> anyhow::Result<PathBuf> {
    // Before the build, which takes longer.
    let metadata = policy_toml::read(folder)?;
    let language = check_language(folder, metadata.as_ref())?;
    match metadata {
        Some((_, metadata)) if language != Language::Rust => {
            let absolute = folder
                .canonicalize()
                .with_context(|| format!("cannot find `{}`", folder.display()))?;
            output::build(folder, &absolute, &*builder(language, &absolute)?, &metadata)
        }
        metadata => rust::build(folder, metadata),
    }
}

/// The files and folders on which a component depends: of a project its folder, and what it
/// takes from elsewhere.
pub fn places(component: &Path) -> Vec<PathBuf> {
    let mut places = vec![component.to_owned()];
    let Ok(Some((_, metadata))) = policy_toml::read(component) else { return places };
    let Ok(folder) = component.canonicalize() else { return places };
    if let Ok(builder) = builder(metadata.language, &folder) {
        let files = builder.files().into_iter().chain(output::inputs(&folder, &metadata));
        places.extend(files.filter(|file| !file.starts_with(&folder)));
    }
    places
}

/// The files that a component is made from, as far as they are known without a build: itself, or
/// what the author of a project wrote, and what that takes from elsewhere.
pub fn files(component: &Path) -> Vec<PathBuf> {
    if !component.is_dir() {
        return vec![component.to_owned()];
    }
    let mut files = vec![component.join(policy_toml::FILE)];
    files.extend(rust::FILES.map(|file| component.join(file)));
    files.extend(["src", "sdk"].iter().flat_map(|part| inputs::sources(&component.join(part))));
    let Ok(Some((_, metadata))) = policy_toml::read(component) else { return files };
    let Ok(folder) = component.canonicalize() else { return files };
    if let Ok(builder) = builder(metadata.language, &folder) {
        files.extend(output::files(&folder, &*builder));
        files.extend(output::inputs(&folder, &metadata));
    }
    files
}

fn builder(language: Language, folder: &Path) -> anyhow::Result<Box<dyn Builder>> {
    Ok(match language {
        Language::TypeScript | Language::JavaScript => Box::new(node::Node::of(folder)?),
        Language::Python => Box::new(python::Python::of(folder)?),
        Language::C => Box::new(c::C::of(folder)?),
        Language::Rust => bail!("cargo alone knows what a policy in Rust is built from"),
    })
}

/// The language of a project, if what lies there is of that language.
fn check_language(
    folder: &Path,
    metadata: Option<&(Source, Metadata)>,
) -> anyhow::Result<Language> {
    let Some((source, metadata)) = metadata else {
        return match folder.join(rust::MANIFEST).is_file() {
            true => Ok(Language::Rust),
            false => bail!(
                "`{}` is no policy project: it has no `{}`, which says what a policy is and what \
                 it is written in; `admit new` makes a project",
                folder.display(),
                policy_toml::FILE
            ),
        };
    };
    let language = metadata.language;
    if has_source(folder, language) {
        return Ok(language);
    }
    let mut message = format!("a policy in {language} has a file `{}`", source_of(language));
    let others = Language::ALL.into_iter().find(|other| has_source(folder, *other));
    match others {
        Some(other) => {
            message = format!(
                "{message}; here is `{}`, for which this is to be `{}`",
                source_of(other),
                other.name()
            );
        }
        None => message = format!("{message}, and here is none"),
    }
    Err(source.error(&KeyPath::default().key("language"), message))
}

fn has_source(folder: &Path, language: Language) -> bool {
    folder.join(source_of(language)).is_file()
}
