//! The folder of the cache, which is its user's alone.

use super::bound::Tally;
use super::names::{ENDING, UNFINISHED};
use admit_build::diagnostics;
use admit_engine::read_at_most;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// The largest file that is kept; a Python policy has 35 MiB.
const MAX_FILE: u64 = 256 << 20;

/// A folder that nobody else can write.
pub(super) struct Folder {
    path: PathBuf,
    tally: Mutex<Tally>,
}

impl Folder {
    /// Makes the folder where it is missing. Says why one is not used that somebody else can
    /// write, and nothing where there can be none.
    #[expect(clippy::print_stderr, reason = "a warning is for the person at the terminal")]
    pub(super) fn open(path: PathBuf) -> Option<Folder> {
        let metadata = make(&path).and_then(|()| path.metadata()).ok()?;
        if !metadata.is_dir() {
            return None;
        }
        match others(&metadata) {
            None => Some(Folder { path, tally: Mutex::default() }),
            Some(why) => {
                let message = format!(
                    "compiled components are not kept in `{}`, which {why}: name a folder of \
                     your own as `ADMIT_CACHE`, or set it to `off`",
                    path.display()
                );
                eprintln!("{}", diagnostics::warning(&message));
                None
            }
        }
    }

    /// What was kept by a name, unless somebody else can have written it.
    pub(super) fn read(&self, name: &str) -> Option<Vec<u8>> {
        let file = open(&self.path.join(format!("{name}{ENDING}"))).ok()?;
        let metadata = file.metadata().ok()?;
        if !metadata.is_file() || others(&metadata).is_some() {
            return None;
        }
        let bytes = read_at_most(&file, MAX_FILE).ok()?;
        // What is used is kept longest.
        let _ = file.set_modified(SystemTime::now());
        Some(bytes)
    }

    /// Keeps a file, if there is room.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) {
        if bytes.len() as u64 <= MAX_FILE && self.try_write(name, bytes).is_ok() {
            let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
            tally.add(&self.path, bytes.len() as u64);
        }
    }

    /// Writes a file beside its place, for its owner alone, and puts it there.
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

    /// Makes a folder for its owner alone; one that is there stays as it is.
    pub(super) fn make(path: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)
    }

    /// Opens a file, no link to one. Of a pipe nobody waits for the other end.
    pub(super) fn open(path: &Path) -> io::Result<File> {
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
        OpenOptions::new().read(true).custom_flags(flags.cast_signed()).open(path)
    }

    /// Why somebody else can write a file or a folder, if somebody can.
    pub(super) fn others(metadata: &Metadata) -> Option<&'static str> {
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

/// Where it cannot be told who may write, nothing is kept.
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

    pub(super) fn others(_: &Metadata) -> Option<&'static str> {
        Some("others may be able to write")
    }
}

use system::{make, open, others};
