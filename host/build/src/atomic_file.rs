//! Files that are there as a whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Writes a file beside its place, then puts it there. What was there is replaced, not followed
/// where it is a link.
///
/// # Errors
///
/// Where the file cannot be written; what was there stays then.
pub fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let parent = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent)?;
    // The name of the file beside it tells nobody anything.
    let nameless = |error: io::Error| io::Error::from(error.kind());
    let mut file =
        tempfile::Builder::new().prefix(".admit-").tempfile_in(parent).map_err(nameless)?;
    file.write_all(bytes)?;
    readable(file.path(), 0o644)?;
    file.persist(path).map_err(|error| nameless(error.error))?;
    Ok(())
}

/// Lets everybody read what was written, whatever the umask: Lambda runs the function as
/// another user than the one who made the bundle.
///
/// # Errors
///
/// Where the mode cannot be changed.
pub fn readable(path: &Path, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))?;
    let _ = (path, mode);
    Ok(())
}
