//! Components in a folder, by their digests.

use crate::policy_set::loaded_manifest::MAX_COMPONENT;
use admit_core::printable;
use admit_engine::{Digest, read_regular_file};
use anyhow::Context;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The `.wasm` files of a folder.
pub(crate) struct Sources {
    /// The path on the command line.
    pub(crate) folder: String,
    files: BTreeMap<Digest, PathBuf>,
}

impl Sources {
    /// Reads the files of a folder, but not those of folders inside it.
    pub(crate) fn in_folder(folder: &Path) -> anyhow::Result<Sources> {
        let name = folder.display().to_string();
        let entries = fs::read_dir(folder)
            .with_context(|| format!("cannot read the folder of components `{name}`"))?;
        let mut files = BTreeMap::new();
        for entry in entries {
            let path = entry.with_context(|| format!("cannot read `{name}`"))?.path();
            if path.extension().is_some_and(|extension| extension == "wasm") && path.is_file() {
                files.insert(Digest::new(&read(&path)?), path);
            }
        }
        Ok(Sources { folder: name, files })
    }

    /// Returns the component with a digest, if a file has it.
    pub(crate) fn component(&self, digest: Digest) -> anyhow::Result<Option<Vec<u8>>> {
        let Some(path) = self.files.get(&digest) else { return Ok(None) };
        // The file may have changed.
        Ok(Some(read(path)?).filter(|bytes| Digest::new(bytes) == digest))
    }

    /// Returns the name of the file with a digest, as printable text.
    pub(crate) fn file(&self, digest: Digest) -> Option<String> {
        let name = self.files.get(&digest)?.file_name()?;
        Some(printable(&name.to_string_lossy(), MAX_CHARACTERS))
    }
}

/// The maximum number of characters of a file name.
const MAX_CHARACTERS: usize = 200;

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    read_regular_file(path, MAX_COMPONENT)
        .with_context(|| format!("cannot read the component `{}`", path.display()))
}
