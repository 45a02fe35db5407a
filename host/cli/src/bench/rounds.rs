//! Decides events in turn, and evaluates the measured times.

use admit_cognito::Event;
use admit_engine::{DecisionTrace, PolicySet};
use std::time::{Duration, Instant};

/// Decides the events in turn until `count` decisions are made or the time is over, and each event at
/// least once. Calls `each` with the index of the event, the time of the decision, and its trace.
pub(crate) fn decide_in_turn(
    policies: &PolicySet,
    events: &[Event<'_>],
    (count, end): (usize, Option<Instant>),
    mut each: impl FnMut(usize, Duration, &DecisionTrace),
) {
    for (number, (index, event)) in events.iter().enumerate().cycle().enumerate() {
        let is_over = || number >= count || end.is_some_and(|end| Instant::now() >= end);
        if number >= events.len() && is_over() {
            break;
        }
        let start = Instant::now();
        let trace = policies.decide(event.sign_up(), Duration::MAX);
        each(index, start.elapsed(), &trace);
    }
}

/// The percentile of sorted times.
pub(crate) fn percentile(sorted: &[Duration], percent: usize) -> Option<Duration> {
    sorted.get((sorted.len() * percent).div_ceil(100).saturating_sub(1)).copied()
}

/// Formats a time with about three digits.
pub(crate) fn format_time(time: Duration) -> String {
    let micros = time.as_nanos() as f64 / 1_000.0;
    match micros {
        micros if micros < 10.0 => format!("{micros:.1} µs"),
        micros if micros < 1_000.0 => format!("{micros:.0} µs"),
        micros if micros < 100_000.0 => format!("{:.1} ms", micros / 1_000.0),
        micros => format!("{:.0} ms", micros / 1_000.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_times() {
        let times: Vec<Duration> = (1..=100).map(Duration::from_micros).collect();
        for (percent, micros) in [(0, 1), (50, 50), (99, 99), (100, 100)] {
            assert_eq!(percentile(&times, percent), Some(Duration::from_micros(micros)));
        }
        assert_eq!(percentile(&[], 50), None);
    }

    #[test]
    fn a_time_has_about_three_digits() {
        for (nanos, text) in [(640, "0.6 µs"), (66_400, "66 µs"), (2_340_000, "2.3 ms")] {
            assert_eq!(format_time(Duration::from_nanos(nanos)), text);
        }
    }
}
