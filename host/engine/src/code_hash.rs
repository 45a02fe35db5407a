//! The BLAKE3 hash of compiled code.

use crate::hexadecimal;
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;

/// The BLAKE3 hash of a compiled file, written `blake3:` and 64 hexadecimal digits.
///
/// Each start of the function hashes all code that it loads. BLAKE3 is several times as fast as the
/// SHA-256 of a [`Digest`](crate::digest::Digest), and ten times as fast on machines without SHA
/// instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct CodeHash([u8; 32]);

/// Computes a [`CodeHash`] incrementally.
pub(crate) struct CodeHasher(blake3::Hasher);

impl CodeHash {
    /// Hashes bytes.
    pub fn new(bytes: &[u8]) -> CodeHash {
        CodeHash(blake3::hash(bytes).into())
    }

    #[cfg(feature = "compile")]
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the hexadecimal digits without the prefix.
    pub fn hex(&self) -> String {
        hexadecimal::write(&self.0)
    }
}

impl CodeHasher {
    pub(crate) fn new() -> CodeHasher {
        CodeHasher(blake3::Hasher::new())
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn finish(&self) -> CodeHash {
        CodeHash(self.0.finalize().into())
    }
}

impl fmt::Display for CodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("blake3:")?;
        f.write_str(&self.hex())
    }
}

impl Serialize for CodeHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl TryFrom<String> for CodeHash {
    type Error = &'static str;

    fn try_from(text: String) -> Result<CodeHash, &'static str> {
        text.strip_prefix("blake3:")
            .and_then(hexadecimal::read)
            .map(CodeHash)
            .ok_or("expected `blake3:` and 64 lower-case hexadecimal digits")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_parsed_as_it_is_displayed() {
        let code_hash = CodeHash::new(b"");
        let text = "blake3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
        assert_eq!(code_hash.to_string(), text);
        assert_eq!(CodeHash::try_from(text.to_owned()), Ok(code_hash));
        for wrong in [&text[..70], &text.to_uppercase(), &format!("{text}0"), "", "blake3:é"] {
            assert!(CodeHash::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn incremental_hashing_gives_the_hash_of_the_whole() {
        let bytes: Vec<u8> = (0..200_000).map(|n: u32| (n % 251) as u8).collect();
        let mut hasher = CodeHasher::new();
        bytes.chunks(777).for_each(|part| hasher.update(part));
        assert_eq!(hasher.finish(), CodeHash::new(&bytes));
    }
}
