//! The folder of the cache, which only its user can write.

use super::bound::Tally;
use super::names::{ENDING, UNFINISHED};
use crate::output::printer;
use admit_engine::read_at_most;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// The largest file that is cached. A Python policy has 35 MiB.
const MAX_FILE: u64 = 256 << 20;

/// A folder that no other user can write.
pub(super) struct Folder {
    path: PathBuf,
    tally: Mutex<Tally>,
}

impl Folder {
    /// Opens the folder, and creates it if it is missing.
    ///
    /// Returns `None` if it cannot be created, and prints a warning if another user can write it.
    pub(super) fn open(path: PathBuf) -> Option<Folder> {
        let metadata = make(&path).and_then(|()| path.metadata()).ok()?;
        if !metadata.is_dir() {
            return None;
        }
        match writable_by_others(&metadata) {
            None => Some(Folder { path, tally: Mutex::default() }),
            Some(reason) => {
                let message = format!(
                    "compiled components are not kept in `{}`, which {reason}: name a folder of \
                     your own as `ADMIT_CACHE`, or set it to `off`",
                    path.display()
                );
                printer::warn(&message);
                None
            }
        }
    }

    /// Returns the contents of a file, unless another user can have written it.
    pub(super) fn read(&self, name: &str) -> Option<Vec<u8>> {
        let file = open(&self.path.join(format!("{name}{ENDING}"))).ok()?;
        let metadata = file.metadata().ok()?;
        if !metadata.is_file() || writable_by_others(&metadata).is_some() {
            return None;
        }
        let bytes = read_at_most(&file, MAX_FILE).ok()?;
        // Files that were used last are removed last.
        let _ = file.set_modified(SystemTime::now());
        Some(bytes)
    }

    /// Writes a file, if it is not too large.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) {
        if bytes.len() as u64 <= MAX_FILE && self.try_write(name, bytes).is_ok() {
            let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
            tally.add(&self.path, bytes.len() as u64);
        }
    }

    /// Writes a temporary file that only its owner can read, and renames it.
    fn try_write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.path)?;
        file.write_all(bytes)?;
        file.persist(self.path.join(format!("{name}{ENDING}"))).map_err(|error| error.error)?;
        Ok(())
    }
}

#[cfg(unix)]
mod system {
    use rustix::fs::OFlags;
    use std::fs::{DirBuilder, File, Metadata, OpenOptions};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
    use std::path::Path;

    /// Creates a folder that only its owner can use. An existing folder stays as it is.
    pub(super) fn make(path: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)
    }

    /// Opens a file without following a link, and without waiting for the other end of a pipe.
    pub(super) fn open(path: &Path) -> io::Result<File> {
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
        OpenOptions::new().read(true).custom_flags(flags.cast_signed()).open(path)
    }

    /// Returns why another user can write a file or a folder, or `None` if no other user can.
    pub(super) fn writable_by_others(metadata: &Metadata) -> Option<&'static str> {
        const GROUP_AND_OTHERS: u32 = 0o022;
        if metadata.uid() != rustix::process::geteuid().as_raw() {
            Some("belongs to another user")
        } else if metadata.mode() & GROUP_AND_OTHERS != 0 {
            Some("others can write")
        } else {
            None
        }
    }
}

/// Without Unix permissions, nothing is cached: the tool does not know who can write a file.
#[cfg(not(unix))]
mod system {
    use std::fs::{File, Metadata};
    use std::io;
    use std::path::Path;

    pub(super) fn make(_: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn open(_: &Path) -> io::Result<File> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn writable_by_others(_: &Metadata) -> Option<&'static str> {
        Some("others may be able to write")
    }
}

use system::{make, open, writable_by_others};
