//! Keyed hashes of user names.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Replaces user names by keyed hashes: the same name has the same hash in every record, and it
/// cannot be recovered without the key.
#[derive(Clone)]
pub(crate) struct Pseudonyms(Hmac<Sha256>);

/// The minimum length of a key in bytes: a shorter one could be found by brute force.
const MIN_KEY_BYTES: usize = 32;

impl Pseudonyms {
    /// Creates the hash function for a key of at least 32 bytes.
    pub(crate) fn new(key: &str) -> Option<Pseudonyms> {
        let long_enough = key.len() >= MIN_KEY_BYTES;
        long_enough.then(|| Hmac::new_from_slice(key.as_bytes()).ok().map(Pseudonyms))?
    }

    /// Returns the HMAC-SHA-256 of a name, written `hmac-sha256:` and 64 hexadecimal digits; `None`
    /// for an empty name.
    pub(crate) fn hash(&self, name: &str) -> Option<String> {
        let mut mac = self.0.clone();
        mac.update(name.as_bytes());
        let bytes = mac.finalize().into_bytes();
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        (!name.is_empty()).then(|| format!("hmac-sha256:{digits}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected hash is that of `printf %s mary_major | openssl dgst -sha256 -hmac KEY`.
    #[test]
    fn a_name_has_the_hmac_that_openssl_computes() {
        let names = Pseudonyms::new("0123456789abcdef0123456789abcdef").unwrap();
        let hash = "8472c430afe71de8ac568d79992f3a396a03e33e67efc0286019581ad53e7c9b";
        assert_eq!(names.hash("mary_major").unwrap(), format!("hmac-sha256:{hash}"));
        assert_eq!(names.hash(""), None);
    }

    #[test]
    fn a_short_key_is_rejected() {
        assert!(Pseudonyms::new("").is_none());
        assert!(Pseudonyms::new(&"k".repeat(31)).is_none());
        assert!(Pseudonyms::new(&"k".repeat(32)).is_some());
    }
}
