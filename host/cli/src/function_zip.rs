//! A deployment package as Lambda's `provided.al2023` wants it: the executable `bootstrap` at
//! the root, and the bundle beside it.

use crate::bundle_folder::readable;
use admit_engine::bundle::MOST_COMPILED;
use anyhow::{Context, bail};
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// The name that Lambda starts.
pub(crate) const BOOTSTRAP: &str = "bootstrap";

/// The folder that the bootstrap looks for beside itself.
const BUNDLE: &str = "bundle/";

/// What is in a package.
pub(crate) struct Package {
    pub(crate) bootstrap: Vec<u8>,
    /// By their names in the bundle.
    pub(crate) bundle: BTreeMap<String, Vec<u8>>,
}

impl Package {
    /// The bytes of the zip, the same for the same content.
    pub(crate) fn to_zip(&self) -> anyhow::Result<Vec<u8>> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        // The oldest time that a zip can tell, instead of that of the build.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(9))
            .last_modified_time(DateTime::default());
        zip.start_file(BOOTSTRAP, options.unix_permissions(0o755))?;
        zip.write_all(&self.bootstrap)?;
        for (name, bytes) in &self.bundle {
            zip.start_file(format!("{BUNDLE}{name}"), options.unix_permissions(0o644))?;
            zip.write_all(bytes)?;
        }
        Ok(zip.finish()?.into_inner())
    }

    /// Reads a package, whoever made it. What is neither bootstrap nor bundle is left out.
    pub(crate) fn from_zip(bytes: &[u8]) -> anyhow::Result<Package> {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).context("no zip that can be read")?;
        let mut package = Package { bootstrap: Vec::new(), bundle: BTreeMap::new() };
        for index in 0..zip.len() {
            let file = zip.by_index(index)?;
            let name = file.name()?.into_owned();
            let mut bytes = Vec::new();
            file.take(MOST_COMPILED + 1).read_to_end(&mut bytes)?;
            if bytes.len() as u64 > MOST_COMPILED {
                bail!("`{name}` in it is larger than {} MiB", MOST_COMPILED >> 20);
            }
            if name == BOOTSTRAP {
                package.bootstrap = bytes;
            } else if let Some(name) = name.strip_prefix(BUNDLE) {
                package.bundle.insert(name.to_owned(), bytes);
            }
        }
        Ok(package)
    }
}

/// Writes a file beside its place, then puts it there.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let parent = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new().prefix(".admit-zip-").tempfile_in(parent)?;
    file.write_all(bytes)?;
    readable(file.path(), 0o644)?;
    file.persist(path)?;
    Ok(())
}
