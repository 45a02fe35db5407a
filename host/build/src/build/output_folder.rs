//! A folder of a project that builds write to.
//!
//! The author of a project may have put links there, through which a build would write to any
//! file of the person who builds.

use crate::atomic_file;
use admit_engine::read_regular_file;
use anyhow::{Context, bail};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The largest file that is read from there.
const MAX_BYTES: u64 = 256 << 20;

/// A folder below a project, reached without links.
pub(crate) struct OutputFolder(PathBuf);

impl OutputFolder {
    /// Makes a folder below another, with those in between; refuses links.
    pub(crate) fn make(top: &Path, below: &str) -> anyhow::Result<OutputFolder> {
        let mut folder = top.to_owned();
        for part in Path::new(below) {
            folder.push(part);
            refuse_link(&folder)?;
            match fs::create_dir(&folder) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                    return Err(error).context(format!("cannot make `{}`", folder.display()));
                }
                _ => {}
            }
        }
        match folder.is_dir() {
            true => Ok(OutputFolder(folder)),
            false => bail!("`{}` is not a folder: remove it", folder.display()),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The path of a file in it, which need not exist.
    pub(crate) fn file(&self, name: impl AsRef<Path>) -> anyhow::Result<PathBuf> {
        let path = self.0.join(name);
        refuse_link(&path)?;
        Ok(path)
    }

    /// Locks a file, until the returned one is dropped.
    pub(crate) fn lock(&self, name: &str) -> anyhow::Result<File> {
        let path = self.file(name)?;
        let lock = open(&path).and_then(|file| {
            file.lock()?;
            Ok(file)
        });
        lock.with_context(|| format!("cannot lock `{}`", path.display()))
    }

    /// The bytes of a file of bounded size, if there is one.
    pub(crate) fn read(&self, name: &str) -> Option<Vec<u8>> {
        read_regular_file(&self.file(name).ok()?, MAX_BYTES).ok()
    }

    /// Writes a file, unless it holds these bytes already: watchers need not look at it again.
    pub(crate) fn write(&self, name: impl AsRef<Path>, bytes: &[u8]) -> anyhow::Result<PathBuf> {
        let path = self.file(name)?;
        if !read_regular_file(&path, MAX_BYTES).is_ok_and(|before| before == bytes) {
            atomic_file::put(&path, bytes)
                .with_context(|| format!("cannot write `{}`", path.display()))?;
        }
        Ok(path)
    }
}

/// Refuses a link where a build writes.
pub(crate) fn refuse_link(path: &Path) -> anyhow::Result<()> {
    match path.is_symlink() {
        true => bail!(
            "`{}` is a symbolic link, and a build would write to where it leads: remove it",
            path.display()
        ),
        false => Ok(()),
    }
}

/// Opens a file for a lock, and keeps its contents.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        // Opening a pipe would wait for its other end.
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
        options.custom_flags(flags.cast_signed());
    }
    let file = options.open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("it is not a regular file: remove it")),
    }
}
