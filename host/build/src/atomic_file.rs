//! Files that appear as a whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Writes a file beside its place, then moves it there. A file or link that is there is replaced;
/// a link is not followed.
///
/// # Errors
///
/// If the file cannot be written; the one that was there then stays.
pub fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let parent = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent)?;
    // An error with the name of the temporary file would mean nothing to its reader.
    let nameless = |error: io::Error| io::Error::from(error.kind());
    let mut file =
        tempfile::Builder::new().prefix(".admit-").tempfile_in(parent).map_err(nameless)?;
    file.write_all(bytes)?;
    readable(file.path(), 0o644)?;
    file.persist(path).map_err(|error| nameless(error.error))?;
    Ok(())
}

/// Lets every user read a file, independently of the umask: Lambda runs the function as another
/// user than the one who made the bundle.
///
/// # Errors
///
/// If the mode cannot be changed.
pub fn readable(path: &Path, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))?;
    let _ = (path, mode);
    Ok(())
}
