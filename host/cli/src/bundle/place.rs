//! Where a bundle goes, and what is there before.

use crate::bundle::changes;
use crate::output::file::Output;
use crate::package::folder;
use crate::package::function_zip::{BOOTSTRAP, MAX_PACKAGE, Package};
use crate::package::index::{Known, flaws, index};
use crate::package::source_folder::SourceFolder;
use admit_engine::bundle::{INDEX, Index};
use admit_engine::{Digest, read_regular_file};
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
pub(crate) struct ExistingOutput {
    /// None in a folder, which has no bootstrap.
    bootstrap: Option<Digest>,
    index: Result<Known, String>,
    /// What would not work as it is.
    flaws: Vec<String>,
    content: Content,
}

enum Content {
    Folder(BTreeMap<String, Vec<u8>>),
    Zip(Vec<u8>),
}

/// The most changes that are listed.
const MAX_LINES: usize = 200;

impl ExistingOutput {
    /// What is in a place; nothing if there is nothing. What is no package is an error: it is
    /// not to be replaced.
    pub(crate) fn read(place: &Place) -> anyhow::Result<Option<ExistingOutput>> {
        match place {
            Place::Folder(folder) => {
                let files = folder::read(folder)
                    .with_context(|| format!("cannot read `{}`", folder.display()))?;
                Ok(Some(files).filter(|files| !files.is_empty()).map(|files| ExistingOutput {
                    bootstrap: None,
                    index: index(&files, &SourceFolder::beside(folder)),
                    flaws: flaws(&files),
                    content: Content::Folder(files),
                }))
            }
            Place::Zip { output, .. } => {
                let path = output.path();
                let bytes = match read_regular_file(path, MAX_PACKAGE) {
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
                Ok(Some(ExistingOutput {
                    bootstrap: Some(Digest::new(&package.bootstrap)),
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
            let now = Digest::new(bootstrap);
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
        let more = lines.len().saturating_sub(MAX_LINES);
        lines.truncate(MAX_LINES);
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        if lines.is_empty() {
            lines.push("other bytes with the same meaning".to_owned());
        }
        Ok(lines)
    }
}
