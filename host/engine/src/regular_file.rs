//! Reads regular files of limited size.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Reads a file of at most `max` bytes. A pipe or a device is an error, since reading it might not
/// end.
pub fn read_regular_file(path: &Path, max: u64) -> io::Result<Vec<u8>> {
    read_at_most(open_regular_file(path, max)?, max)
}

/// Opens a file of at most `max` bytes that is neither a pipe nor a device.
///
/// # Errors
///
/// If it cannot be opened, is not a regular file, or is larger.
pub fn open_regular_file(path: &Path, max: u64) -> io::Result<File> {
    // Checked before opening, since opening a pipe blocks until there is a writer.
    let file = fs::metadata(path)?;
    if !file.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    check_size(file.len(), max)?;
    File::open(path)
}

/// Reads a source to the end; more than `max` bytes are an error.
pub fn read_at_most(source: impl Read, max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(max.saturating_add(1)).read_to_end(&mut bytes)?;
    check_size(bytes.len() as u64, max)?;
    Ok(bytes)
}

/// Returns an error if a size exceeds `max`.
pub(crate) fn check_size(size: u64, max: u64) -> io::Result<()> {
    if size > max {
        let message = format!("larger than {} MiB", max >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_might_not_end_is_not_read() {
        let error = read_regular_file(Path::new("/dev/zero"), 10).unwrap_err();
        assert_eq!(error.to_string(), "not a regular file");
        let error = read_at_most(io::repeat(0), 1 << 20).unwrap_err();
        assert_eq!(error.to_string(), "larger than 1 MiB");
        assert_eq!(read_at_most(&b"abc"[..], 3).unwrap(), b"abc");
    }
}
