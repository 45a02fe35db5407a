//! A bundle in a folder.

use admit_build::atomic_file::readable;
use admit_build::policy_toml::is_inside;
use admit_engine::bundle::{ABOUT, INDEX, MAX_COMPILED_BYTES};
use admit_engine::open_regular_file;
use admit_package::{StoredFile, StoredFiles};
use anyhow::{Context, bail};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Refuses to replace a folder that contains anything besides a bundle, or one of the inputs, and
/// to replace the current directory.
pub(crate) fn check(folder: &Path, inputs: &[PathBuf]) -> anyhow::Result<()> {
    if folder.is_symlink() && !folder.exists() {
        bail!(
            "cannot write the bundle `{}`: it is a symbolic link that leads nowhere: remove it, or \
             name what it is to lead to",
            folder.display()
        );
    }
    if let Some(input) = inputs.iter().find(|input| is_inside(input, folder)) {
        bail!(
            "cannot write the bundle `{}`: `{}` in it belongs to what this command reads, and \
             would be lost: name another folder",
            folder.display(),
            input.display()
        );
    }
    if folder.canonicalize().is_ok_and(|folder| env::current_dir().is_ok_and(|here| here == folder))
    {
        bail!("`{}` is the folder that you are in: name another", folder.display());
    }
    let names =
        names(folder).with_context(|| format!("cannot write the bundle `{}`", folder.display()))?;
    match names.iter().find(|name| !is_of_a_bundle(name)) {
        None => Ok(()),
        Some(name) => bail!(
            "`{}` holds `{}`, which is not part of a bundle: name another folder",
            folder.display(),
            name.display()
        ),
    }
}

/// The maximum number of files of a bundle, and their maximum size in bytes.
const MAX_FILES: usize = 10_000;
const MAX_BYTES: u64 = 1 << 30;

/// The files of the bundle in a folder; none if the folder does not exist.
pub(crate) fn read(folder: &Path) -> io::Result<StoredFiles> {
    let names = names(folder)?;
    let names: Vec<_> = names.iter().filter(|name| is_of_a_bundle(name)).collect();
    let too_large = |message| io::Error::new(io::ErrorKind::FileTooLarge, message);
    if names.len() > MAX_FILES {
        return Err(too_large(format!("it has more than {MAX_FILES} files")));
    }
    let (mut files, mut room) = (StoredFiles::new(), MAX_BYTES);
    for name in names {
        let file = open_regular_file(&folder.join(name), MAX_COMPILED_BYTES)?;
        let name = name.to_string_lossy().into_owned();
        let file = StoredFile::read(&name, file.take(MAX_COMPILED_BYTES))?;
        room = room.checked_sub(file.size).ok_or_else(|| {
            too_large(format!("its files have more than {} MiB", MAX_BYTES >> 20))
        })?;
        files.insert(name, file);
    }
    Ok(files)
}

/// Who can read a folder that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// All users: Lambda runs the function as another user.
    All,
    /// Only the owner.
    Owner,
}

/// Writes the new bundle beside the old one, and then replaces the old one. If that fails, the old
/// bundle stays.
pub(crate) fn write(
    folder: &Path,
    files: &BTreeMap<String, Vec<u8>>,
    readers: Readers,
) -> io::Result<()> {
    let (folder_mode, file_mode) = match readers {
        Readers::All => (0o755, 0o644),
        Readers::Owner => (0o700, 0o600),
    };
    // Through a link, the target is replaced.
    let folder = &folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let parent = match folder.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent)?;
    let beside = tempfile::Builder::new().prefix(".admit-bundle-").tempdir_in(parent)?;
    let (new, old) = (beside.path().join("new"), beside.path().join("old"));
    fs::create_dir(&new)?;
    readable(&new, folder_mode)?;
    for (name, bytes) in files {
        let path = new.join(name);
        fs::write(&path, bytes)?;
        readable(&path, file_mode)?;
    }
    if !folder.exists() {
        return fs::rename(new, folder);
    }
    fs::rename(folder, &old)?;
    fs::rename(new, folder).map_err(|error| {
        if fs::rename(&old, folder).is_err() {
            // An additional folder is better than a lost bundle.
            let kept = beside.keep().join("old");
            let lost = format!("{error}; the bundle from before is in `{}`", kept.display());
            return io::Error::new(error.kind(), lost);
        }
        error
    })
}

fn names(folder: &Path) -> io::Result<Vec<OsString>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.file_name())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn is_of_a_bundle(name: &OsString) -> bool {
    name == INDEX
        || name == ABOUT
        || Path::new(name).extension().is_some_and(|extension| extension == "cwasm")
}
