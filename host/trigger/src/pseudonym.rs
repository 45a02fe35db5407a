//! Keyed hashes of user names.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Replaces a user name by a keyed hash: the same name is the same word in every record, and
/// nobody without the key can tell which.
#[derive(Clone)]
pub(crate) struct Pseudonyms(Hmac<Sha256>);

/// A shorter key could be found by trying.
const LEAST_KEY: usize = 32;

impl Pseudonyms {
    /// Takes a key of at least 32 bytes.
    pub(crate) fn new(key: &str) -> Option<Pseudonyms> {
        let long_enough = key.len() >= LEAST_KEY;
        long_enough.then(|| Hmac::new_from_slice(key.as_bytes()).ok().map(Pseudonyms))?
    }

    /// The HMAC-SHA-256 of a name, written `hmac-sha256:` and 64 hexadecimal digits; none where
    /// there is no name.
    pub(crate) fn of(&self, name: &str) -> Option<String> {
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

    /// As `printf %s mary_major | openssl dgst -sha256 -hmac KEY` prints it.
    #[test]
    fn a_name_is_hashed_as_openssl_hashes_it() {
        let names = Pseudonyms::new("0123456789abcdef0123456789abcdef").unwrap();
        let hash = "8472c430afe71de8ac568d79992f3a396a03e33e67efc0286019581ad53e7c9b";
        assert_eq!(names.of("mary_major").unwrap(), format!("hmac-sha256:{hash}"));
        assert_eq!(names.of(""), None);
    }

    #[test]
    fn a_short_key_is_none() {
        assert!(Pseudonyms::new("").is_none());
        assert!(Pseudonyms::new(&"k".repeat(31)).is_none());
        assert!(Pseudonyms::new(&"k".repeat(32)).is_some());
    }
}
