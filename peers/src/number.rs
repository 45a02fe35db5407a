//! Numbers as a reader compares them: with two or three digits that count.

use std::time::Duration;

/// A time with its unit.
pub(crate) fn time(time: Duration) -> String {
    match time.as_secs_f64() * 1e6 {
        micros if micros < 0.9995 => format!("{} ns", digits(micros * 1e3)),
        micros if micros < 999.5 => format!("{} µs", digits(micros)),
        micros => format!("{} ms", digits(micros / 1e3)),
    }
}

/// A number with two decimals if it is small, with none if it is large.
pub(crate) fn digits(number: f64) -> String {
    match number {
        _ if number < 9.995 => format!("{number:.2}"),
        _ if number < 99.95 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_the_unit_that_suits_them() {
        for (nanoseconds, expected) in [
            (57, "57.0 ns"),
            (5_234, "5.23 µs"),
            (9_996, "10.0 µs"),
            (142_400, "142 µs"),
            (999_400, "999 µs"),
            (999_600, "1.00 ms"),
            (121_000_000, "121 ms"),
        ] {
            assert_eq!(time(Duration::from_nanos(nanoseconds)), expected);
        }
    }
}
