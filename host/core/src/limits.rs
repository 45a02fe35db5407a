//! The limits of one evaluation, with their defaults, minima and maxima.

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

/// What one evaluation of a policy may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Limits {
    /// Time that the policy computes, from instantiating to the verdict. Time in which its
    /// thread waits or its process is frozen does not count.
    pub time: Time,
    /// Bytes of linear memory, summed over all memories of the component.
    pub memory: Size,
    /// Units of fuel; about one for each WebAssembly instruction.
    pub fuel: u64,
    /// Bytes that one call may hand to the host: a verdict, or one note for the log.
    pub host_call: Size,
    /// Linear memories; a JavaScript policy has three.
    pub memories: u32,
    /// Tables.
    pub tables: u32,
    /// Elements of all tables together.
    pub table_elements: u32,
    /// Core instances; a Python policy has some thirty.
    pub instances: u32,
    /// Handles of resources that live at once.
    pub handles: u32,
    /// PolicyLog that are kept of one evaluation.
    pub log_lines: u32,
    /// Bytes that are kept of all notes of one evaluation together.
    pub log_bytes: Size,
    /// Characters of a denial's message.
    pub message: u32,
}

impl Limits {
    /// The lowest values that a manifest may ask for.
    pub const MIN: Limits = Limits {
        time: Time::from_millis(1),
        memory: Size::from_kib(64),
        fuel: 1,
        host_call: Size::from_kib(1),
        memories: 1,
        tables: 0,
        table_elements: 0,
        instances: 1,
        handles: 0,
        log_lines: 0,
        log_bytes: Size::from_kib(0),
        message: 32,
    };

    /// The highest values that a manifest may ask for.
    pub const MAX: Limits = Limits {
        time: Time::from_millis(4_000),
        memory: Size::from_mib(64),
        fuel: 10_000_000_000,
        host_call: Size::from_mib(1),
        memories: 20,
        tables: 100,
        table_elements: 100_000,
        instances: 500,
        handles: 10_000,
        log_lines: 1_000,
        log_bytes: Size::from_kib(256),
        message: 1_000,
    };
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            time: Time::from_millis(100),
            memory: Size::from_mib(16),
            fuel: 50_000_000,
            host_call: Size::from_kib(64),
            memories: 10,
            tables: 50,
            table_elements: 20_000,
            instances: 100,
            handles: 64,
            log_lines: 64,
            log_bytes: Size::from_kib(16),
            message: 256,
        }
    }
}

/// A span of time as a manifest writes it: `100ms`, `2s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(Duration);

/// A number of bytes as a manifest writes it: `64KiB`, `16MiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(u64);

/// A text that is no time or no size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no {expected}")]
pub struct InvalidQuantity {
    text: String,
    expected: &'static str,
}

impl Time {
    const EXPECTED: &str = "time: write `100ms` or `2s`";

    /// So many milliseconds.
    pub const fn from_millis(millis: u64) -> Time {
        Time(Duration::from_millis(millis))
    }

    /// The same as a duration.
    pub const fn duration(self) -> Duration {
        self.0
    }
}

impl From<Duration> for Time {
    fn from(duration: Duration) -> Time {
        Time(duration)
    }
}

impl Size {
    const EXPECTED: &str = "size: write `64KiB` or `16MiB`";

    /// So many bytes.
    pub const fn from_bytes(bytes: u64) -> Size {
        Size(bytes)
    }

    /// So many KiB.
    pub const fn from_kib(kib: u64) -> Size {
        Size(kib << 10)
    }

    /// So many MiB.
    pub const fn from_mib(mib: u64) -> Size {
        Size(mib << 20)
    }

    /// The number of bytes.
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl TryFrom<String> for Time {
    type Error = InvalidQuantity;

    fn try_from(text: String) -> Result<Time, InvalidQuantity> {
        quantity(&text, &[("ms", 1), ("s", 1_000)])
            .map(Time::from_millis)
            .ok_or(InvalidQuantity { text, expected: Time::EXPECTED })
    }
}

impl TryFrom<String> for Size {
    type Error = InvalidQuantity;

    fn try_from(text: String) -> Result<Size, InvalidQuantity> {
        quantity(&text, &[("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("B", 1)])
            .map(Size)
            .ok_or(InvalidQuantity { text, expected: Size::EXPECTED })
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        if millis > 0 && millis.is_multiple_of(1_000) {
            write!(f, "{}s", millis / 1_000)
        } else {
            write!(f, "{millis}ms")
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("0B"),
            bytes if bytes.is_multiple_of(1 << 30) => write!(f, "{}GiB", bytes >> 30),
            bytes if bytes.is_multiple_of(1 << 20) => write!(f, "{}MiB", bytes >> 20),
            bytes if bytes.is_multiple_of(1 << 10) => write!(f, "{}KiB", bytes >> 10),
            bytes => write!(f, "{bytes}B"),
        }
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        deserializer.deserialize_str(Text(Time::EXPECTED, PhantomData))
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Size, D::Error> {
        deserializer.deserialize_str(Text(Size::EXPECTED, PhantomData))
    }
}

/// Reads a quantity from its text, and says how to write one where there is something else.
struct Text<T>(&'static str, PhantomData<T>);

impl<T: TryFrom<String, Error = InvalidQuantity>> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a {}", self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::try_from(text.to_owned()).map_err(E::custom)
    }
}

/// A whole number followed by one of the units, without anything else.
fn quantity(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor = units.iter().find(|(name, _)| *name == unit)?.1;
    number.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_reads_as_it_was_written() {
        for text in ["100ms", "2s", "1500ms", "0ms"] {
            assert_eq!(Time::try_from(text.to_owned()).unwrap().to_string(), text);
        }
        for text in ["64KiB", "16MiB", "1025B", "0B"] {
            assert_eq!(Size::try_from(text.to_owned()).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in ["", "100", "ms", "-1ms", "1.5s", "1 s", "2m", "99999999999999999999s"] {
            assert!(Time::try_from(text.to_owned()).is_err(), "{text}");
        }
        for text in ["16", "16MB", "MiB", "99999999999GiB"] {
            assert!(Size::try_from(text.to_owned()).is_err(), "{text}");
        }
        assert_eq!(
            Time::try_from("2m".to_owned()).unwrap_err().to_string(),
            "`2m` is no time: write `100ms` or `2s`"
        );
    }
}
