//! Where a bundle goes, and what is there before.

use crate::function_zip::{BOOTSTRAP, MOST_PACKAGE, Package};
use crate::output::Output;
use crate::source_folder::SourceFolder;
use crate::{bundle_folder, changes};
use admit_core::printable;
use admit_engine::bundle::{ABOUT, INDEX, Index};
use admit_engine::{Checksum, Digest, read_regular_file};
use anyhow::Context;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

/// Where a bundle goes, with what goes there beside it.
pub(crate) enum Place {
    Folder(PathBuf),
    Zip { output: Output, bootstrap: Vec<u8> },
}

/// What is in a place before.
pub(crate) struct Before {
    /// None in a folder, which has no bootstrap.
    bootstrap: Option<Digest>,
    index: Result<Known, String>,
    /// What would not work as it is.
    flaws: Vec<String>,
    content: Content,
}

/// An index, with all settings that are known.
pub(crate) struct Known {
    pub(crate) index: Index,
    /// Whether those are known of the policies that were configured when it was made.
    pub(crate) has_settings: bool,
}

enum Content {
    Folder(BTreeMap<String, Vec<u8>>),
    Zip(Vec<u8>),
}

/// The most changes that are listed.
const MOST_LINES: usize = 200;

impl Before {
    /// What is in a place; nothing if there is nothing. What is no package is an error: it is
    /// not to be replaced.
    pub(crate) fn read(place: &Place) -> anyhow::Result<Option<Before>> {
        match place {
            Place::Folder(folder) => {
                let files = bundle_folder::read(folder)
                    .with_context(|| format!("cannot read `{}`", folder.display()))?;
                Ok(Some(files).filter(|files| !files.is_empty()).map(|files| Before {
                    bootstrap: None,
                    index: index(&files, &SourceFolder::beside(folder)),
                    flaws: flaws(&files),
                    content: Content::Folder(files),
                }))
            }
            Place::Zip { output, .. } => {
                let path = output.path();
                let bytes = match read_regular_file(path, MOST_PACKAGE) {
                    Ok(bytes) => bytes,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                    Err(error) => {
                        return Err(error).context(format!("cannot read `{}`", path.display()));
                    }
                };
                if bytes.is_empty() {
                    return Ok(None);
                }
                let package = Package::from_zip(&bytes).with_context(|| {
                    let path = path.display();
                    format!("`{path}` is no deployment package: remove it, or name another file")
                })?;
                let mut flaws = flaws(&package.bundle);
                if package.bootstrap.is_empty() {
                    flaws.push(format!("{BOOTSTRAP}: missing"));
                }
                flaws.extend(package.flaws);
                Ok(Some(Before {
                    bootstrap: Some(Digest::of(&package.bootstrap)),
                    index: index(&package.bundle, &SourceFolder::beside(path)),
                    flaws,
                    content: Content::Zip(bytes),
                }))
            }
        }
    }

    /// Whether it is to the byte what a zip or the files of a bundle are.
    pub(crate) fn is(&self, zip: &[u8], files: &BTreeMap<String, Vec<u8>>) -> bool {
        match &self.content {
            Content::Folder(before) => before == files,
            Content::Zip(before) => before == zip,
        }
    }

    /// What replacing it changes, a line each.
    pub(crate) fn changes(&self, place: &Place, new: &Index) -> anyhow::Result<Vec<String>> {
        let mut lines = self.flaws.clone();
        if let (Place::Zip { bootstrap, .. }, Some(before)) = (place, self.bootstrap) {
            let now = Digest::of(bootstrap);
            if before != now {
                lines.push(format!("{BOOTSTRAP}: {before} → {now}"));
            }
        }
        match &self.index {
            Ok(before) => lines.extend(changes::between(before, new)?),
            Err(reason) => lines.push(format!("{INDEX}: what was there cannot be read: {reason}")),
        }
        if lines.is_empty()
            && let Ok(Known { index: before, .. }) = &self.index
            && (before.compiled() != new.compiled() || before.configured != new.configured)
        {
            lines.push("other code".to_owned());
        }
        let more = lines.len().saturating_sub(MOST_LINES);
        lines.truncate(MOST_LINES);
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        if lines.is_empty() {
            lines.push("other bytes with the same meaning".to_owned());
        }
        Ok(lines)
    }
}

/// The index among the files of a bundle, with the settings that lie beside it. An error says what
/// is wrong.
pub(crate) fn index(
    files: &BTreeMap<String, Vec<u8>>,
    sources: &SourceFolder,
) -> Result<Known, String> {
    let mut index = index_alone(files)?;
    let settings = match index.configured.is_empty() {
        true => Some(BTreeMap::new()),
        false => sources.settings_of(&index),
    };
    let has_settings = settings.is_some();
    index.put_settings(settings.unwrap_or_default());
    Ok(Known { index, has_settings })
}

fn index_alone(files: &BTreeMap<String, Vec<u8>>) -> Result<Index, String> {
    let bytes = files.get(INDEX).ok_or_else(|| format!("there is no `{INDEX}`"))?;
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    Index::from_text(text)
}

/// What is wrong with the files of a bundle beside its index, and what its policies lack.
pub(crate) fn flaws(files: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let Ok(index) = index_alone(files) else { return Vec::new() };
    let manifest = index.manifest().ok();
    let decides_nothing = manifest.as_ref().is_some_and(|manifest| {
        manifest.policies.is_empty() && manifest.when_nobody_applies.is_none()
    });
    let unloadable = decides_nothing.then(|| {
        format!("{INDEX}: it names no policy, and does not say `when-nobody-applies`: it cannot be loaded")
    });
    let policies = manifest.map(|manifest| manifest.policies).unwrap_or_default();
    let lacking =
        policies.iter().filter(|policy| !index.components.contains_key(&policy.component));
    let lacking = lacking.map(|policy| {
        let component = printable(&policy.component, 100);
        format!("policy `{}`: its component `{component}` is not in the bundle", policy.id)
    });
    let compiled = index.compiled().into_iter().map(|(name, sum)| (name, Sum::Compiled(sum)));
    let about = index.about.map(|digest| (ABOUT.to_owned(), Sum::Other(digest)));
    let named: BTreeMap<String, Sum> = compiled.chain(about).collect();
    let broken = named.iter().filter_map(|(name, sum)| match files.get(name) {
        None => Some(format!("{name}: missing")),
        Some(bytes) if !sum.is_of(bytes) => Some(format!("{name}: damaged")),
        Some(_) => None,
    });
    let others = files.keys().filter(|name| *name != INDEX && !named.contains_key(*name));
    let others = others.map(|name| format!("`{}`: not used", printable(name, 100)));
    unloadable.into_iter().chain(lacking).chain(broken).chain(others).collect()
}

/// By what a file of a bundle is known to be whole.
enum Sum {
    Compiled(Checksum),
    Other(Digest),
}

impl Sum {
    fn is_of(&self, bytes: &[u8]) -> bool {
        match self {
            Sum::Compiled(checksum) => Checksum::of(bytes) == *checksum,
            Sum::Other(digest) => Digest::of(bytes) == *digest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use admit_core::Manifest;
    use admit_engine::Target;
    use admit_engine::bundle::{Entry, file_name};

    #[test]
    fn a_policy_without_a_component_is_a_flaw() {
        let policy = |id: &str, component: &str| {
            format!(
                "[[policy]]\nid = {id:?}\ncomponent = {component:?}\nreads = []\nverdicts = []\n"
            )
        };
        let text = policy("p", "p.wasm") + &policy("q", "\u{2800}q.wasm");
        let manifest = Manifest::from_toml("admit.toml", &text).unwrap();
        let compiled = Checksum::of(b"native");
        let entry = Entry { source: Digest::of(b"p"), compiled: Some(compiled) };
        let components = BTreeMap::from([("p.wasm".to_owned(), entry)]);
        let index = Index::new(manifest, Target::X86_64, components).to_text().unwrap();
        let files = BTreeMap::from([
            (INDEX.to_owned(), index.into_bytes()),
            (file_name(compiled), b"native".to_vec()),
        ]);
        assert_eq!(flaws(&files), ["policy `q`: its component `q.wasm` is not in the bundle"]);
    }
}
