//! Reads regular files of bounded size.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Reads a file of at most so many bytes. A pipe or a device is an error, since reading it
/// might not end; so is a longer file.
pub fn read_regular_file(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    read_at_most(open_regular_file(path, most)?, most)
}

/// Opens a file of at most so many bytes that is neither a pipe nor a device.
pub(crate) fn open_regular_file(path: &Path, most: u64) -> io::Result<File> {
    // Before it is opened: opening a pipe waits for somebody to write.
    let file = fs::metadata(path)?;
    if !file.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    check_size(file.len(), most)?;
    File::open(path)
}

/// Reads everything, unless it is more than so many bytes.
pub fn read_at_most(source: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    check_size(bytes.len() as u64, most)?;
    Ok(bytes)
}

/// Refuses what is larger than so many bytes.
pub(crate) fn check_size(size: u64, most: u64) -> io::Result<()> {
    if size > most {
        let message = format!("it is larger than {} MiB", most >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_might_not_end_is_not_read() {
        let error = read_regular_file(Path::new("/dev/zero"), 10).unwrap_err();
        assert_eq!(error.to_string(), "it is no regular file");
        let error = read_at_most(io::repeat(0), 1 << 20).unwrap_err();
        assert_eq!(error.to_string(), "it is larger than 1 MiB");
        assert_eq!(read_at_most(&b"abc"[..], 3).unwrap(), b"abc");
    }
}
