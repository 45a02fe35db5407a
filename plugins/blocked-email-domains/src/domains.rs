//! A long list of domains in little memory.

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// The domains of a list, each as a number that is as good as unique: two of a hundred thousand
/// have the same in one of some billions of lists. Who has such a number by chance is denied; a
/// domain that is listed is never missed. Whoever writes the list is trusted: an entry can be made
/// whose number is that of another domain.
///
/// Where a policy is configured once for all sign-ups, this is what each start of the function
/// reads: eight bytes an entry, and no text.
#[derive(Debug, Default)]
pub(crate) struct Domains {
    /// In order.
    numbers: Vec<u64>,
    refused: Option<String>,
}

impl Domains {
    /// The first entry that is no domain.
    pub(crate) fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    /// Whether a domain is listed, or one above it. It is written in the one way.
    pub(crate) fn contain_one_above(&self, domain: &str) -> bool {
        let mut rest = Some(domain);
        while let Some(name) = rest {
            if self.contain(number(name)) {
                return true;
            }
            rest = name.split_once('.').map(|(_, above)| above);
        }
        false
    }

    fn contain(&self, number: u64) -> bool {
        // The numbers are spread evenly: this one is about where its share of all numbers says.
        let (mut low, mut high) = (0, self.numbers.len());
        let share = (u128::from(number) * self.numbers.len() as u128) >> 64;
        let mut next = share as usize;
        let mut step = 8;
        while low < high {
            let found = self.numbers[next];
            if found == number {
                return true;
            }
            if found < number {
                low = next + 1;
                next = low + step;
            } else {
                high = next;
                next = high.saturating_sub(step);
            }
            step *= 2;
            if next < low || next >= high {
                next = low + (high - low) / 2;
            }
        }
        false
    }

    fn push(&mut self, entry: &str) {
        match as_number(entry) {
            Some(number) => self.numbers.push(number),
            None => {
                self.refused.get_or_insert_with(|| {
                    let mut written = entry.to_owned();
                    normalize(&mut written);
                    written
                });
            }
        }
    }

    fn sorted(mut self) -> Domains {
        self.numbers.sort_unstable();
        self
    }
}

impl<'a> FromIterator<&'a str> for Domains {
    fn from_iter<I: IntoIterator<Item = &'a str>>(entries: I) -> Domains {
        let mut domains = Domains::default();
        entries.into_iter().for_each(|entry| domains.push(entry));
        domains.sorted()
    }
}

impl<'de> Deserialize<'de> for Domains {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Domains, D::Error> {
        deserializer.deserialize_seq(List)
    }
}

/// Takes entry by entry, and keeps none.
struct List;

impl<'de> Visitor<'de> for List {
    type Value = Domains;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Domains, A::Error> {
        let mut domains = Domains::default();
        while let Some(entry) = entries.next_element::<Text<'de>>()? {
            domains.push(&entry.0);
        }
        Ok(domains.sorted())
    }
}

/// The number of an entry, unless it is no domain. Few are written in another way than the one.
fn as_number(entry: &str) -> Option<u64> {
    if is_normal(entry) {
        return Some(number(entry));
    }
    let mut other = entry.to_owned();
    normalize(&mut other).then(|| number(&other))
}

/// A text of the settings, copied only if it holds an escape.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The number of a domain that is written in the one way.
fn number(domain: &str) -> u64 {
    // FNV-1a, whose upper bits are made as good as its lower ones.
    let hash = domain.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mixed = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    mixed ^ (mixed >> 32)
}

/// The most characters that a domain has.
const LONGEST: usize = 253;

/// Writes a domain in the one way in which domains are compared, and tells
/// whether it is a domain at all. Anything that mail could not reach, among it
/// what is not in ASCII, is none.
pub(crate) fn normalize(domain: &mut String) -> bool {
    if domain.ends_with('.') {
        domain.pop();
    }
    domain.make_ascii_lowercase();
    is_normal(domain)
}

/// Whether a text is a domain, written in the one way.
fn is_normal(domain: &str) -> bool {
    let mut before = b'.';
    for byte in domain.bytes() {
        let is_allowed = match byte {
            b'.' => before != b'.',
            _ => matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'),
        };
        if !is_allowed {
            return false;
        }
        before = byte;
    }
    before != b'.' && domain.len() <= LONGEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_found_and_nothing_else() {
        for count in [0, 1, 2, 3, 10, 1_000, 30_000] {
            let entries: Vec<String> = (0..count).map(|n| format!("d{n}.example")).collect();
            let domains: Domains = entries.iter().map(String::as_str).collect();
            for entry in &entries {
                assert!(domains.contain_one_above(entry), "{entry} of {count}");
            }
            for n in count..count + 1_000 {
                assert!(!domains.contain_one_above(&format!("d{n}.example")), "{n} of {count}");
            }
        }
    }

    #[test]
    fn numbers_far_from_where_they_should_be_are_found() {
        let numbers = vec![0, 1, 2, 3, 5, 8, 13, 21, u64::MAX - 1, u64::MAX];
        let domains = Domains { numbers: numbers.clone(), refused: None };
        assert!(numbers.into_iter().all(|number| domains.contain(number)));
        assert!(![4, 9, u64::MAX / 2, u64::MAX - 2].into_iter().any(|n| domains.contain(n)));
    }

    #[test]
    fn a_list_is_taken_in_whatever_way_it_is_written() {
        let domains: Domains =
            serde_json::from_str(r#"["a.example", "B.example.", "c\u002eexample"]"#).unwrap();
        assert!(
            ["a.example", "b.example", "x.c.example"].iter().all(|d| domains.contain_one_above(d))
        );
        assert_eq!(domains.refused(), None);
        assert!(serde_json::from_str::<Domains>(r#"["a", 1]"#).is_err());
    }
}
