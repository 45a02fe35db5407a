//! Random mutants of files, reproducible by a seed.

/// A generator of mutants.
pub(crate) struct Mutation {
    state: u64,
}

/// Bytes that are put into a file: parts of JSON, zips and components, and control characters.
const WORDS: [&[u8]; 20] = [
    b"\"",
    b"[[[[[[[[",
    b"]",
    b"{\"\":",
    b"}",
    b",",
    b"null",
    b"-1e999",
    b"99999999999999999999",
    b"\\u001b[31m",
    b"\\ud800",
    b"\x1b[2J\x1b[31m",
    "\u{202e}\u{9b}31m\u{200b}".as_bytes(),
    b"\n",
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\0asm\x0d\0\x01\0",
    b"../",
];

impl Mutation {
    /// Creates a generator from a seed.
    pub(crate) fn new(seed: u64) -> Mutation {
        Mutation { state: seed }
    }

    /// Returns a number below `most`, which must not be zero.
    pub(crate) fn below(&mut self, most: usize) -> usize {
        // A linear congruential generator, of which only the upper bits are random enough.
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(self.state >> 33).unwrap_or(0) % most
    }

    /// Returns a mutant with one to three changes.
    pub(crate) fn of(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut mutant = bytes.to_vec();
        for _ in 0..=self.below(3) {
            self.change(&mut mutant);
        }
        mutant
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            bytes.extend(WORDS[self.below(WORDS.len())]);
            return;
        }
        let at = self.below(bytes.len());
        let end = at + self.below((bytes.len() - at).min(64)) + 1;
        let word = WORDS[self.below(WORDS.len())];
        match self.below(8) {
            0 => bytes[at] ^= 1 << self.below(8),
            1 => bytes[at] = u8::try_from(self.below(256)).unwrap_or(0),
            2 => _ = bytes.drain(at..end),
            3 => {
                let part = bytes[at..end].to_vec();
                let to = self.below(bytes.len());
                _ = bytes.splice(to..to, part);
            }
            4 => _ = bytes.splice(at..at, word.iter().copied()),
            5 => _ = bytes.splice(at..end, word.iter().copied()),
            6 => {
                let other = self.below(bytes.len());
                bytes.swap(at, other);
            }
            // Rarely, since little is left then.
            _ if self.below(8) == 0 => bytes.truncate(at),
            _ => bytes[at] = bytes[at].wrapping_add(1),
        }
    }
}
