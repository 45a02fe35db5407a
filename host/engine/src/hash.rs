//! Hashes of files: SHA-256 to identify them, BLAKE3 to check compiled code fast.

use crate::hexadecimal;
use serde::{Deserialize, Serialize, Serializer};
use sha2::Digest as _;
use std::fmt;
use std::io::{self, Read};
use std::marker::PhantomData;

/// The SHA-256 digest of a file, written `sha256:` and 64 hexadecimal digits.
pub type Digest = Hash<Sha256>;

/// The BLAKE3 hash of a compiled file, written `blake3:` and 64 hexadecimal digits.
///
/// Each start of the function hashes all code that it loads. BLAKE3 is several times as fast as
/// SHA-256, and ten times as fast on machines without SHA instructions.
pub type CodeHash = Hash<Blake3>;

/// A hash of 32 bytes, written as the name of its algorithm, a colon and 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String", bound = "A: Algorithm")]
pub struct Hash<A> {
    bytes: [u8; 32],
    algorithm: PhantomData<A>,
}

/// An algorithm that computes a [`Hash`](struct@Hash).
pub trait Algorithm {
    /// The name that a hash begins with.
    const NAME: &'static str;
    /// The state between two parts of the input.
    type State: Default;

    /// Adds a part of the input.
    fn update(state: &mut Self::State, bytes: &[u8]);
    /// Returns the hash of the input so far.
    fn finish(state: Self::State) -> [u8; 32];
}

/// The algorithm of a [`Digest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sha256 {}

/// The algorithm of a [`CodeHash`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Blake3 {}

impl Algorithm for Sha256 {
    const NAME: &'static str = "sha256";
    type State = sha2::Sha256;

    fn update(state: &mut sha2::Sha256, bytes: &[u8]) {
        state.update(bytes);
    }

    fn finish(state: sha2::Sha256) -> [u8; 32] {
        state.finalize().into()
    }
}

impl Algorithm for Blake3 {
    const NAME: &'static str = "blake3";
    type State = blake3::Hasher;

    fn update(state: &mut blake3::Hasher, bytes: &[u8]) {
        state.update(bytes);
    }

    fn finish(state: blake3::Hasher) -> [u8; 32] {
        state.finalize().into()
    }
}

/// Computes a [`CodeHash`] of an input that comes in parts.
pub(crate) type CodeHasher = Hasher<Blake3>;

/// Computes a [`Hash`](struct@Hash) of an input that comes in parts.
pub(crate) struct Hasher<A: Algorithm>(A::State);

impl<A: Algorithm> Hasher<A> {
    pub(crate) fn new() -> Hasher<A> {
        Hasher(A::State::default())
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        A::update(&mut self.0, bytes);
    }

    pub(crate) fn finish(self) -> Hash<A> {
        Hash::from_bytes(A::finish(self.0))
    }
}

impl<A> Hash<A> {
    fn from_bytes(bytes: [u8; 32]) -> Hash<A> {
        Hash { bytes, algorithm: PhantomData }
    }

    #[cfg(feature = "compile")]
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Returns the hexadecimal digits without the name of the algorithm.
    pub fn hex(&self) -> String {
        hexadecimal::write(&self.bytes)
    }
}

impl<A: Algorithm> Hash<A> {
    /// Hashes bytes.
    pub fn new(bytes: &[u8]) -> Hash<A> {
        let mut hasher = Hasher::new();
        hasher.update(bytes);
        hasher.finish()
    }

    /// Hashes a source to its end without keeping it, and returns its size too.
    ///
    /// # Errors
    ///
    /// If the source cannot be read.
    pub fn of_source(mut source: impl Read) -> io::Result<(u64, Hash<A>)> {
        let (mut size, mut hasher) = (0, Hasher::new());
        let mut part = vec![0; 64 << 10];
        loop {
            match source.read(&mut part) {
                Ok(0) => return Ok((size, hasher.finish())),
                Ok(read) => {
                    hasher.update(&part[..read]);
                    size += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl<A: Algorithm> fmt::Display for Hash<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", A::NAME, self.hex())
    }
}

impl<A: Algorithm> Serialize for Hash<A> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<A: Algorithm> TryFrom<String> for Hash<A> {
    type Error = String;

    fn try_from(text: String) -> Result<Hash<A>, String> {
        text.strip_prefix(A::NAME)
            .and_then(|text| text.strip_prefix(':'))
            .and_then(hexadecimal::read)
            .map(Hash::from_bytes)
            .ok_or_else(|| format!("expected `{}:` and 64 lower-case hexadecimal digits", A::NAME))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_parsed_as_displayed<A: Algorithm + fmt::Debug + PartialEq>(text: &str) {
        let hash = Hash::<A>::new(b"");
        assert_eq!(hash.to_string(), text);
        assert_eq!(Hash::try_from(text.to_owned()), Ok(hash));
        for wrong in [&text[..70], &text.to_uppercase(), &format!("{text}0"), "", "sha256:é"] {
            assert!(Hash::<A>::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_hash_is_parsed_as_it_is_displayed() {
        is_parsed_as_displayed::<Sha256>(
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        );
        is_parsed_as_displayed::<Blake3>(
            "blake3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
        );
    }

    #[test]
    fn a_hash_of_another_algorithm_is_an_error() {
        let error = CodeHash::try_from(Digest::new(b"").to_string()).unwrap_err();
        assert_eq!(error, "expected `blake3:` and 64 lower-case hexadecimal digits");
    }

    #[test]
    fn incremental_hashing_gives_the_hash_of_the_whole() {
        let bytes: Vec<u8> = (0..200_000).map(|n: u32| (n % 251) as u8).collect();
        let mut hasher = CodeHasher::new();
        bytes.chunks(777).for_each(|part| hasher.update(part));
        assert_eq!(hasher.finish(), CodeHash::new(&bytes));
        assert_eq!(CodeHash::of_source(&bytes[..]).unwrap(), (200_000, CodeHash::new(&bytes)));
    }
}
