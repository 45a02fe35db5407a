//! The destination of a bundle, and the existing output that it replaces.

use crate::bundle::changes;
use crate::output::file::Output;
use crate::package::folder;
use crate::package::index::{Known, index};
use crate::package::source_folder::SourceFolder;
use admit_engine::bundle::{INDEX, Index};
use admit_engine::{CodeHash, Digest, open_regular_file};
use admit_package::{BOOTSTRAP, MAX_PACKAGE, Package, StoredFile, StoredFiles, flaws};
use anyhow::Context;
use std::collections::BTreeMap;
use std::io::{self, Seek};
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
    Folder(StoredFiles),
    /// The hash of the whole file.
    Zip(CodeHash),
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
                let unreadable = || format!("cannot read `{}`", path.display());
                let mut file = match open_regular_file(path, MAX_PACKAGE) {
                    Ok(file) => file,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                    Err(error) => return Err(error).with_context(unreadable),
                };
                let (size, code_hash) = CodeHash::of_source(&file).with_context(unreadable)?;
                if size == 0 {
                    return Ok(None);
                }
                file.rewind().with_context(unreadable)?;
                let package = Package::read(file).with_context(|| {
                    let path = path.display();
                    format!(
                        "`{path}` is not a deployment package: remove it, or specify another file"
                    )
                })?;
                let mut flaws = flaws(&package.bundle);
                flaws.extend(package.bootstrap_flaws);
                flaws.extend(package.flaws);
                Ok(Some(ExistingOutput {
                    bootstrap: Some(Digest::new(&package.bootstrap.unwrap_or_default())),
                    index: index(&package.bundle, &SourceFolder::beside(path)),
                    flaws,
                    content: Content::Zip(code_hash),
                }))
            }
        }
    }

    /// Whether it is identical to a zip or to the files of a bundle.
    pub(crate) fn is(&self, zip: &[u8], files: &BTreeMap<String, Vec<u8>>) -> bool {
        match &self.content {
            Content::Folder(before) => {
                let is_same = |(name, bytes): (&String, &Vec<u8>)| {
                    before.get(name).is_some_and(|before| *before == StoredFile::new(name, bytes))
                };
                before.len() == files.len() && files.iter().all(is_same)
            }
            Content::Zip(before) => *before == CodeHash::new(zip),
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
