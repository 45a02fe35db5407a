//! A file to which a command writes its output.

use super::printer;
use admit_build::atomic_file;
use anyhow::{Context, bail};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The place to which a command writes, which must not be one of the files that it reads.
///
/// A file is replaced as a whole; through a link, the target is replaced. The command writes to a
/// device or a pipe without replacing it.
pub(crate) struct Output {
    path: PathBuf,
    inputs: Vec<PathBuf>,
}

/// How the output is written.
enum Place {
    /// By replacing the file.
    File(PathBuf),
    /// By writing to a device or a pipe.
    Stream,
    /// To standard output.
    StandardOutput,
}

impl Output {
    /// Refuses a place that cannot be written to, before the command does slow work.
    pub(crate) fn at(path: &Path, inputs: Vec<PathBuf>) -> anyhow::Result<Output> {
        let output = Output { path: path.to_owned(), inputs };
        output.place()?;
        Ok(output)
    }

    /// The path on the command line.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the whole output.
    pub(crate) fn write(&self, bytes: &[u8]) -> anyhow::Result<()> {
        // Checked again, since the files may have changed meanwhile.
        let written = match self.place()? {
            Place::File(file) => atomic_file::put(&file, bytes),
            Place::StandardOutput => printer::print_file(bytes),
            Place::Stream => {
                let stream = File::options().append(true).open(&self.path);
                stream.and_then(|mut stream| stream.write_all(bytes))
            }
        };
        written.with_context(|| self.problem())
    }

    fn place(&self) -> anyhow::Result<Place> {
        let place = place(&self.path).with_context(|| self.problem())?;
        if let Place::File(file) = &place
            && self.inputs.iter().any(|input| is_same_file(file, input))
        {
            bail!(
                "{}: it belongs to what this command reads, and would be lost: name another file",
                self.problem()
            );
        }
        Ok(place)
    }

    fn problem(&self) -> String {
        format!("cannot write `{}`", self.path.display())
    }
}

fn place(path: &Path) -> io::Result<Place> {
    // This follows links.
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => Err(io::Error::other("it is a folder: name a file")),
        // `/dev/stdout` may lead to a file, whose content stays.
        Ok(_) if is_same_file(path, Path::new("/dev/fd/1")) => Ok(Place::StandardOutput),
        // The same for another descriptor.
        Ok(there) if there.is_file() && is_of_the_system(path) => Ok(Place::Stream),
        Ok(there) if there.is_file() => path.canonicalize().map(Place::File),
        Ok(_) => Ok(Place::Stream),
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Err(_) if path.is_symlink() => Err(io::Error::other(
            "it is a symbolic link that leads nowhere: remove it, or name what it is to lead to",
        )),
        Err(_) => Ok(Place::File(path.to_owned())),
    }
}

/// Returns whether the system uses a path for devices and open files.
fn is_of_the_system(path: &Path) -> bool {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.starts_with("/dev") || path.starts_with("/proc")
}

/// Returns whether two paths lead to the same existing file.
fn is_same_file(one: &Path, other: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let identity = |path: &Path| fs::metadata(path).map(|file| (file.dev(), file.ino())).ok();
        identity(one).is_some_and(|one| identity(other) == Some(one))
    }
    #[cfg(not(unix))]
    one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}
