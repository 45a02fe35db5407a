//! Times and sizes in a manifest's notation, and numbers with grouped digits.

use crate::text_value::from_text;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::time::Duration;

/// A span of time, written `100ms` or `2s` in a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(Duration);

/// A size in bytes, written `64KiB` or `16MiB` in a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(u64);

/// The error for a text that is not a time or not a size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a {expected}")]
pub struct InvalidQuantity {
    text: String,
    expected: &'static str,
}

impl Time {
    const EXPECTED: &str = "time such as `100ms` or `2s`";

    /// Creates a time from milliseconds.
    pub const fn from_millis(millis: u64) -> Time {
        Time(Duration::from_millis(millis))
    }

    /// Returns the time as a duration.
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
    const EXPECTED: &str = "size such as `64KiB` or `16MiB`";

    /// Creates a size from bytes.
    pub const fn from_bytes(bytes: u64) -> Size {
        Size(bytes)
    }

    /// Creates a size from KiB.
    pub const fn from_kib(kib: u64) -> Size {
        Size(kib << 10)
    }

    /// Creates a size from MiB.
    pub const fn from_mib(mib: u64) -> Size {
        Size(mib << 20)
    }

    /// Returns the size in bytes.
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
        from_text(deserializer, Time::EXPECTED)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Size, D::Error> {
        from_text(deserializer, Size::EXPECTED)
    }
}

/// Parses an integer followed by one of the units.
fn quantity(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor = units.iter().find(|(name, _)| *name == unit)?.1;
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// Formats a number with a comma between thousands: `50,000,000`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (50_000_000, "50,000,000")]
        {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn a_quantity_is_displayed_as_it_was_written() {
        for text in ["100ms", "2s", "1500ms", "0ms"] {
            assert_eq!(Time::try_from(text.to_owned()).unwrap().to_string(), text);
        }
        for text in ["64KiB", "16MiB", "1025B", "0B"] {
            assert_eq!(Size::try_from(text.to_owned()).unwrap().to_string(), text);
        }
    }

    #[test]
    fn malformed_quantities_are_rejected() {
        for text in ["", "100", "ms", "-1ms", "1.5s", "1 s", "2m", "99999999999999999999s"] {
            assert!(Time::try_from(text.to_owned()).is_err(), "{text}");
        }
        for text in ["16", "16MB", "MiB", "99999999999GiB"] {
            assert!(Size::try_from(text.to_owned()).is_err(), "{text}");
        }
        assert_eq!(
            Time::try_from("2m".to_owned()).unwrap_err().to_string(),
            "`2m` is not a time such as `100ms` or `2s`"
        );
    }
}
