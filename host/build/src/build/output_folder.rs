//! A folder of a project that holds what is built.
//!
//! Whoever wrote the project may have put links there, through which a build would write to any
//! file of the person who builds.

use crate::atomic_file;
use admit_engine::read_regular_file;
use anyhow::{Context, bail};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The largest file that is read from there.
const MAX_BYTES: u64 = 256 << 20;

/// A folder without a link on the way to it.
pub(crate) struct OutputFolder(PathBuf);

impl OutputFolder {
    /// Makes a folder below another, with those in between.
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

    /// A file in it, be it there or not.
    pub(crate) fn file(&self, name: impl AsRef<Path>) -> anyhow::Result<PathBuf> {
        let path = self.0.join(name);
        refuse_link(&path)?;
        Ok(path)
    }

    /// Holds others back that would lock the same file, until what is returned ends.
    pub(crate) fn lock(&self, name: &str) -> anyhow::Result<File> {
        let path = self.file(name)?;
        let lock = open(&path).and_then(|file| {
            file.lock()?;
            Ok(file)
        });
        lock.with_context(|| format!("cannot lock `{}`", path.display()))
    }

    /// What is in a file of bounded size, if there is one.
    pub(crate) fn read(&self, name: &str) -> Option<Vec<u8>> {
        read_regular_file(&self.file(name).ok()?, MAX_BYTES).ok()
    }

    /// Writes a file, unless it is there already: what watches it need not look again.
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

/// Opens a file for a lock, and leaves what is in it.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        // Of a pipe nobody waits for the other end.
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
        options.custom_flags(flags.cast_signed());
    }
    let file = options.open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("it is not a regular file: remove it")),
    }
}
