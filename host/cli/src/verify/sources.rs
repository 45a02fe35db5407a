//! Components in a folder, by their digests.

use crate::policy_set::loaded_manifest::MAX_COMPONENT;
use admit_core::printable;
use admit_engine::{Digest, read_regular_file};
use anyhow::Context;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The `.wasm` files of a folder, whatever they are called.
pub(crate) struct Sources {
    /// As somebody named it.
    pub(crate) folder: String,
    files: BTreeMap<Digest, PathBuf>,
}

impl Sources {
    /// Reads what is in a folder, and not in folders in it.
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

    /// The component of a digest; nothing where no file has it.
    pub(crate) fn component(&self, digest: Digest) -> anyhow::Result<Option<Vec<u8>>> {
        let Some(path) = self.files.get(&digest) else { return Ok(None) };
        // It may be another file by now.
        Ok(Some(read(path)?).filter(|bytes| Digest::new(bytes) == digest))
    }

    /// The name of the file of a digest, as it can be shown.
    pub(crate) fn file(&self, digest: Digest) -> Option<String> {
        let name = self.files.get(&digest)?.file_name()?;
        Some(printable(&name.to_string_lossy(), MAX_CHARACTERS))
    }
}

/// As much of the name of a file as is shown.
const MAX_CHARACTERS: usize = 200;

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    read_regular_file(path, MAX_COMPONENT)
        .with_context(|| format!("cannot read the component `{}`", path.display()))
}
