//! Reads compiled files so that the bytes that are hashed are the bytes that are executed.

use crate::hash::{CodeHash, CodeHasher};
use crate::regular_file::{check_size, open_regular_file};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

/// The immutable content of a compiled file.
pub(crate) enum Code {
    /// A file on a read-only file system: wasmtime maps it and loads pages on demand.
    #[cfg(target_os = "linux")]
    File(File),
    /// A sealed file in memory, with its size in bytes.
    #[cfg(target_os = "linux")]
    Memory(File, u64),
    /// Bytes in memory.
    Bytes(Vec<u8>),
}

impl Code {
    /// Reads a compiled file of at most `max` bytes and hashes it.
    pub(crate) fn read(path: &Path, max: u64) -> io::Result<(Code, CodeHash)> {
        let file = open_regular_file(path, max)?;
        #[cfg(target_os = "linux")]
        if let Some(sealed) = seal(&file, max)? {
            return Ok(sealed);
        }
        let mut bytes = Vec::new();
        let code_hash = copy(&file, max, &mut bytes)?;
        Ok((Code::Bytes(bytes), code_hash))
    }

    /// Returns the bytes of memory that it holds and the system cannot reclaim.
    pub(crate) fn held(&self) -> u64 {
        match self {
            #[cfg(target_os = "linux")]
            Code::File(_) => 0,
            #[cfg(target_os = "linux")]
            Code::Memory(_, bytes) => *bytes,
            Code::Bytes(bytes) => bytes.len() as u64,
        }
    }
}

/// Returns an immutable file with this content: the file itself if its file system is read-only,
/// otherwise a sealed copy in memory. Returns `None` if the system does not support sealed files.
#[cfg(target_os = "linux")]
fn seal(file: &File, max: u64) -> io::Result<Option<(Code, CodeHash)>> {
    use memfd::{FileSeal, MemfdOptions};
    // The code of a Lambda function is on a read-only file system.
    if is_read_only(file) {
        let code_hash = copy(file, max, &mut io::sink())?;
        return Ok(Some((Code::File(file.try_clone()?), code_hash)));
    }
    let Ok(memory) = MemfdOptions::new().allow_sealing(true).create("admit-code") else {
        return Ok(None);
    };
    let code_hash = copy(file, max, &mut memory.as_file())?;
    let seals = [FileSeal::SealGrow, FileSeal::SealShrink, FileSeal::SealWrite, FileSeal::SealSeal];
    memory.add_seals(&seals).map_err(io::Error::other)?;
    let bytes = memory.as_file().metadata()?.len();
    Ok(Some((Code::Memory(memory.into_file(), bytes), code_hash)))
}

/// Returns whether a file is on a file system that is mounted read-only.
#[cfg(target_os = "linux")]
fn is_read_only(file: &File) -> bool {
    use rustix::fs::{StatVfsMountFlags, fstatvfs};
    fstatvfs(file).is_ok_and(|system| system.f_flag.contains(StatVfsMountFlags::RDONLY))
}

/// Copies and hashes a file in one pass, part by part, so that each part is hashed while it is in
/// the processor's cache.
fn copy(mut file: &File, max: u64, to: &mut impl Write) -> io::Result<CodeHash> {
    const PART: usize = 32 << 10;
    let (mut part, mut hasher, mut size) = (vec![0; PART], CodeHasher::new(), 0);
    loop {
        let read = match file.read(&mut part) {
            Ok(0) => return Ok(hasher.finish()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        size += read as u64;
        check_size(size, max)?;
        hasher.update(&part[..read]);
        to.write_all(&part[..read])?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const MAX: u64 = 1 << 20;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_writable_file_system_is_not_read_only() {
        assert!(!is_read_only(&tempfile::tempfile().unwrap()));
    }

    #[test]
    fn a_file_is_read_with_its_hash_and_cannot_change() {
        let bytes = fs::read(std::env::current_exe().unwrap()).unwrap();
        let bytes = &bytes[..500_001];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("code");
        fs::write(&path, bytes).unwrap();
        let (code, code_hash) = Code::read(&path, MAX).unwrap();
        assert_eq!(code_hash, CodeHash::new(bytes));
        match code {
            #[cfg(target_os = "linux")]
            Code::File(mut file) | Code::Memory(mut file, _) => {
                assert_eq!(file.metadata().unwrap().len(), bytes.len() as u64);
                assert!(file.write_all(b"x").is_err());
                assert!(file.set_len(1).is_err());
            }
            Code::Bytes(read) => assert_eq!(read, bytes),
        }
        let mut copied = Vec::new();
        copy(&File::open(&path).unwrap(), MAX, &mut copied).unwrap();
        assert_eq!(copied, bytes);
        assert!(Code::read(&path, 500_000).is_err());
    }
}
