//! A file of a bundle that is checked and not loaded.

use crate::bounds::MAX_BYTES;
use admit_engine::CodeHash;
use admit_engine::bundle::{ABOUT, INDEX};
use std::collections::BTreeMap;
use std::io::{self, Read};

/// The files of a bundle, by their names in it.
pub type StoredFiles = BTreeMap<String, StoredFile>;

/// A file of a bundle. Native code is not kept: its size and its hash suffice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// The size in bytes.
    pub size: u64,
    /// The hash of the whole file.
    pub code_hash: CodeHash,
    /// The content of `bundle.json` and `about.json`, unless it is too large.
    text: Option<Vec<u8>>,
}

impl StoredFile {
    /// Reads a file of a bundle to its end.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn read(name: &str, mut source: impl Read) -> io::Result<StoredFile> {
        let mut text = Vec::new();
        if name == INDEX || name == ABOUT {
            // One more byte shows that the file is too large.
            source.by_ref().take(MAX_BYTES + 1).read_to_end(&mut text)?;
        }
        let (size, code_hash) = CodeHash::of_source(io::Read::chain(&text[..], source))?;
        let is_kept = !text.is_empty() && size <= MAX_BYTES;
        Ok(StoredFile { size, code_hash, text: Some(text).filter(|_| is_kept) })
    }

    /// Creates the file from its content.
    pub fn new(name: &str, bytes: &[u8]) -> StoredFile {
        let is_kept = (name == INDEX || name == ABOUT) && bytes.len() as u64 <= MAX_BYTES;
        StoredFile {
            size: bytes.len() as u64,
            code_hash: CodeHash::new(bytes),
            text: is_kept.then(|| bytes.to_owned()),
        }
    }

    /// The content of a file that is parsed.
    ///
    /// # Errors
    ///
    /// If it is too large.
    pub fn text(&self) -> Result<&[u8], String> {
        match &self.text {
            Some(text) => Ok(text),
            None if self.size == 0 => Ok(&[]),
            None => Err(format!("it is larger than {} MiB", MAX_BYTES >> 20)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_of_limited_size_is_kept() {
        let most = usize::try_from(MAX_BYTES).unwrap();
        for (name, size, is_kept) in
            [(INDEX, 0, true), (ABOUT, most, true), (ABOUT, most + 1, false), ("a.cwasm", 3, false)]
        {
            let bytes = vec![b' '; size];
            let file = StoredFile::read(name, &bytes[..]).unwrap();
            assert_eq!(file.size, size as u64);
            assert_eq!(file.code_hash, CodeHash::new(&bytes));
            assert_eq!(file.text().ok(), is_kept.then_some(&bytes[..]), "{name} {size}");
            assert_eq!(StoredFile::new(name, &bytes).text(), file.text());
        }
    }
}
