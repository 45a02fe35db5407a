//! Compiled files as they are taken in: what was hashed is what is run.

use crate::code_hash::{CodeHash, Summing};
use crate::regular_file::{check_size, open_regular_file};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

/// The content of a compiled file, which nobody can change any more.
pub(crate) enum Code {
    /// In a file: wasmtime maps it, and reads no page of it that is not needed.
    #[cfg(target_os = "linux")]
    File(File),
    /// In a file that lies in memory alone, of so many bytes.
    #[cfg(target_os = "linux")]
    Memory(File, u64),
    /// In memory.
    Bytes(Vec<u8>),
}

impl Code {
    /// Reads a compiled file of at most so many bytes, and hashes it on the way.
    pub(crate) fn read(path: &Path, most: u64) -> io::Result<(Code, CodeHash)> {
        let file = open_regular_file(path, most)?;
        #[cfg(target_os = "linux")]
        if let Some(fixed) = fix(&file, most)? {
            return Ok(fixed);
        }
        let mut bytes = Vec::new();
        let code_hash = copy(&file, most, &mut bytes)?;
        Ok((Code::Bytes(bytes), code_hash))
    }

    /// How many bytes of memory it takes that the system cannot take back.
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

/// Finds or makes a file with this content that nobody can change; nothing where the system has
/// no such files.
#[cfg(target_os = "linux")]
fn fix(file: &File, most: u64) -> io::Result<Option<(Code, CodeHash)>> {
    use memfd::{FileSeal, MemfdOptions};
    // As the code of a function is in Lambda.
    if is_read_only(file) {
        let code_hash = copy(file, most, &mut io::sink())?;
        return Ok(Some((Code::File(file.try_clone()?), code_hash)));
    }
    let Ok(memory) = MemfdOptions::new().allow_sealing(true).create("admit-code") else {
        return Ok(None);
    };
    let code_hash = copy(file, most, &mut memory.as_file())?;
    let seals = [FileSeal::SealGrow, FileSeal::SealShrink, FileSeal::SealWrite, FileSeal::SealSeal];
    memory.add_seals(&seals).map_err(io::Error::other)?;
    let bytes = memory.as_file().metadata()?.len();
    Ok(Some((Code::Memory(memory.into_file(), bytes), code_hash)))
}

/// Whether a file is in a file system that is mounted for reading only.
#[cfg(target_os = "linux")]
fn is_read_only(file: &File) -> bool {
    use rustix::fs::{StatVfsMountFlags, fstatvfs};
    fstatvfs(file).is_ok_and(|system| system.f_flag.contains(StatVfsMountFlags::RDONLY))
}

/// Each part is hashed while it is still in the processor's cache.
fn copy(mut file: &File, most: u64, to: &mut impl Write) -> io::Result<CodeHash> {
    const PART: usize = 32 << 10;
    let (mut part, mut summing, mut size) = (vec![0; PART], Summing::new(), 0);
    loop {
        let read = match file.read(&mut part) {
            Ok(0) => return Ok(summing.sum()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        size += read as u64;
        check_size(size, most)?;
        summing.add(&part[..read]);
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
    fn a_file_system_that_cannot_be_written_is_told_from_others() {
        assert!(!is_read_only(&tempfile::tempfile().unwrap()));
    }

    #[test]
    fn what_is_read_has_the_checksum_of_the_file() {
        let bytes = fs::read(std::env::current_exe().unwrap()).unwrap();
        let bytes = &bytes[..500_001];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("code");
        fs::write(&path, bytes).unwrap();
        let (code, code_hash) = Code::read(&path, MAX).unwrap();
        assert_eq!(code_hash, CodeHash::of(bytes));
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
