//! The destination of a bundle, and the existing output that it replaces.

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

/// The destination of a bundle.
pub(crate) enum Place {
    Folder(PathBuf),
    Zip { output: Output, bootstrap: Vec<u8> },
}

/// The existing output at a destination.
pub(crate) struct ExistingOutput {
    /// The digest of the bootstrap, or `None` for a folder, which has none.
    bootstrap: Option<Digest>,
    index: Result<Known, String>,
    /// The flaws that would prevent it from working.
    flaws: Vec<String>,
    content: Content,
}

enum Content {
    Folder(BTreeMap<String, Vec<u8>>),
    Zip(Vec<u8>),
}

/// The maximum number of changes that are listed.
const MAX_LINES: usize = 200;

impl ExistingOutput {
    /// Reads the output at a destination, or `None` if there is none. A file that is not a package
    /// is an error, so that it is not replaced.
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
                    format!(
                        "`{path}` is not a deployment package: remove it, or specify another file"
                    )
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

    /// Whether it is identical to a zip or to the files of a bundle.
    pub(crate) fn is(&self, zip: &[u8], files: &BTreeMap<String, Vec<u8>>) -> bool {
        match &self.content {
            Content::Folder(before) => before == files,
            Content::Zip(before) => before == zip,
        }
    }

    /// The changes of replacing it, one per line.
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
            Err(reason) => lines.push(format!("{INDEX}: cannot read the previous one: {reason}")),
        }
        if lines.is_empty()
            && let Ok(Known { index: before, .. }) = &self.index
            && (before.compiled() != new.compiled() || before.configured != new.configured)
        {
            lines.push("different code".to_owned());
        }
        let more = lines.len().saturating_sub(MAX_LINES);
        lines.truncate(MAX_LINES);
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        if lines.is_empty() {
            lines.push("different bytes with the same meaning".to_owned());
        }
        Ok(lines)
    }
}
