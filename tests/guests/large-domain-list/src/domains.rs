//! A long list of domains in eight bytes an entry.

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// The domains of a list, each as a number: two of a hundred thousand have the same number in one
/// of some billions of lists. A listed domain is always found; another one is found by mistake if
/// it has the number of a listed one.
#[derive(Debug, Default)]
pub(crate) struct Domains {
    /// In ascending order.
    numbers: Vec<u64>,
}

impl Domains {
    /// Whether a domain is listed, or one above it.
    pub(crate) fn contain_one_above(&self, domain: &str) -> bool {
        let mut rest = Some(domain.strip_suffix('.').unwrap_or(domain));
        while let Some(name) = rest {
            if self.contain(number(name)) {
                return true;
            }
            rest = name.split_once('.').map(|(_, above)| above);
        }
        false
    }

    /// Interpolation search: it reads only a few places of the list, and each place may be on a page of
    /// memory that is not loaded yet.
    fn contain(&self, number: u64) -> bool {
        // The numbers are spread evenly: this one is about where its share of all numbers says.
        let share = (u128::from(number) * self.numbers.len() as u128) >> 64;
        let (mut low, mut high) = (0, self.numbers.len());
        let (mut next, mut step) = (share as usize, 8);
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
}

/// The number of a domain, whatever the case of its letters: FNV-1a, whose upper bits are then
/// made as good as its lower ones.
fn number(domain: &str) -> u64 {
    let hash = domain.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mixed = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    mixed ^ (mixed >> 32)
}

/// A text of the settings, copied only if it holds an escape.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Domains {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Domains, D::Error> {
        deserializer.deserialize_seq(List)
    }
}

/// Takes entry by entry, and keeps the number of each.
struct List;

impl<'de> Visitor<'de> for List {
    type Value = Domains;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of domains")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Domains, A::Error> {
        let mut numbers = Vec::new();
        while let Some(Text(entry)) = entries.next_element::<Text<'de>>()? {
            let domain = entry.strip_suffix('.').unwrap_or(&entry);
            if domain.is_empty() || !domain.is_ascii() || domain.contains(['@', '*', ' ', '/']) {
                return Err(A::Error::custom(format_args!("`{entry}` is not a domain")));
            }
            numbers.push(number(domain));
        }
        numbers.sort_unstable();
        Ok(Domains { numbers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domains(entries: &[String]) -> Domains {
        serde_json::from_value(entries.into()).unwrap()
    }

    #[test]
    fn every_entry_is_found_and_nothing_else() {
        for count in [0, 1, 2, 3, 10, 1_000, 30_000] {
            let entries: Vec<String> = (0..count).map(|n| format!("d{n}.example")).collect();
            let domains = domains(&entries);
            for entry in &entries {
                assert!(domains.contain_one_above(&format!("mail.{entry}.")), "{entry} of {count}");
            }
            for n in count..count + 1_000 {
                assert!(!domains.contain_one_above(&format!("d{n}.example")), "{n} of {count}");
            }
        }
    }

    #[test]
    fn numbers_far_from_where_they_should_be_are_found() {
        let numbers = vec![0, 1, 2, 3, 5, 8, 13, 21, u64::MAX - 1, u64::MAX];
        let domains = Domains { numbers: numbers.clone() };
        assert!(numbers.into_iter().all(|number| domains.contain(number)));
        assert!(![4, 9, u64::MAX / 2, u64::MAX - 2].into_iter().any(|n| domains.contain(n)));
    }

    #[test]
    fn a_list_is_taken_in_any_spelling_and_refused_with_another_entry() {
        let list = r#"["a.example", "B.example.", "c\u002eexample"]"#;
        let domains: Domains = serde_json::from_str(list).unwrap();
        for domain in ["A.example", "b.example", "x.c.example"] {
            assert!(domains.contain_one_above(domain), "{domain}");
        }
        for (list, expected) in [
            (r#"["a", 1]"#, "invalid type: integer `1`"),
            (r#"["a", "*.b"]"#, "`*.b` is not a domain"),
        ] {
            let error = serde_json::from_str::<Domains>(list).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
