//! The coordinates of small plots.

use crate::bench::rounds::{format_time, percentile};
use admit_core::grouped;
use std::time::Duration;

/// The number of columns of a histogram.
const COLUMNS: usize = 30;

/// The width and height of a histogram, in units of its view box.
const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 48.0;

/// A distribution of times, with its histogram. The slowest 5 % are not drawn, because one outlier
/// would move all other times into the first column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Distribution {
    pub(crate) columns: Vec<Column>,
    pub(crate) p99: Duration,
    least: Duration,
    median: Duration,
    p95: Duration,
    most: Duration,
    count: usize,
}

/// The rectangle of one column of a histogram.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Distribution {
    /// The distribution of times, or `None` if there are none.
    pub(crate) fn new(mut times: Vec<Duration>) -> Option<Distribution> {
        times.sort_unstable();
        let (least, most) = (*times.first()?, *times.last()?);
        let (median, p95, p99) =
            (percentile(&times, 50)?, percentile(&times, 95)?, percentile(&times, 99)?);
        let drawn = || times.iter().take_while(|time| **time <= p95);
        let span = (p95 - least).as_secs_f64();
        let mut counts = [0_u32; COLUMNS];
        for time in drawn() {
            let share = if span > 0.0 { (*time - least).as_secs_f64() / span } else { 0.5 };
            // The share is between 0 and 1.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a small number that is not negative"
            )]
            let column = (share * COLUMNS as f64) as usize;
            counts[column.min(COLUMNS - 1)] += 1;
        }
        let highest = f64::from(counts.iter().copied().max().unwrap_or(1).max(1));
        let width = WIDTH / COLUMNS as f64;
        let columns = counts.iter().enumerate().filter(|(_, count)| **count > 0);
        let columns = columns.map(|(index, count)| {
            // A column of a single time stays visible.
            let height = (HEIGHT * f64::from(*count) / highest).max(1.5);
            Column {
                x: tenths(width * index as f64),
                y: tenths(HEIGHT - height),
                width: width - 2.0,
                height: tenths(height),
            }
        });
        Some(Distribution {
            columns: columns.collect(),
            least,
            median,
            p95,
            p99,
            most,
            count: times.len(),
        })
    }
}

impl Distribution {
    pub(crate) fn least(&self) -> String {
        format_time(self.least)
    }

    pub(crate) fn median(&self) -> String {
        format_time(self.median)
    }

    pub(crate) fn p95(&self) -> String {
        format_time(self.p95)
    }

    pub(crate) fn p99(&self) -> String {
        format_time(self.p99)
    }

    pub(crate) fn most(&self) -> String {
        format_time(self.most)
    }

    pub(crate) fn count(&self) -> String {
        grouped(self.count as u64)
    }
}

/// The percentage of a whole as the width of a bar: between 0 and 100, and visible if not 0.
pub(crate) fn percent_drawn(part: u64, whole: u64) -> f64 {
    match (part, whole) {
        (0, _) | (_, 0) => 0.0,
        (part, whole) => tenths((part as f64 / whole as f64 * 100.0).clamp(0.6, 100.0)),
    }
}

/// The percentage of a whole as text, with a sensible number of digits.
pub(crate) fn percent_written(part: u64, whole: u64) -> String {
    let percent = part as f64 / whole.max(1) as f64 * 100.0;
    match percent {
        0.0 => "0 %".to_owned(),
        percent if percent < 0.01 => "under 0.01 %".to_owned(),
        percent if percent < 1.0 => format!("{percent:.2} %"),
        percent if percent < 10.0 => format!("{percent:.1} %"),
        percent => format!("{percent:.0} %"),
    }
}

fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_omits_the_slowest_twentieth() {
        let times = (1..=100).map(Duration::from_micros).collect();
        let plot = Distribution::new(times).unwrap();
        assert_eq!(plot.median, Duration::from_micros(50));
        assert_eq!(plot.p99, Duration::from_micros(99));
        assert_eq!(plot.most, Duration::from_micros(100));
        assert_eq!(plot.columns.len(), COLUMNS);
        let last = plot.columns.last().unwrap();
        assert!(last.x + last.width <= WIDTH, "{last:?}");
        assert!(plot.columns.iter().all(|column| column.y + column.height <= HEIGHT + 0.1));
    }

    #[test]
    fn equal_times_give_one_column() {
        let plot = Distribution::new(vec![Duration::from_micros(7); 5]).unwrap();
        assert_eq!((plot.columns.len(), plot.columns[0].height), (1, HEIGHT));
        assert_eq!(Distribution::new(Vec::new()), None);
    }

    #[test]
    fn a_percentage_is_visible_and_at_most_100() {
        assert_eq!(percent_drawn(0, 10), 0.0);
        assert_eq!(percent_drawn(1, 50_000_000), 0.6);
        assert_eq!(percent_drawn(20, 10), 100.0);
        assert_eq!(percent_written(3_653, 50_000_000), "under 0.01 %");
        assert_eq!(percent_written(1, 3), "33 %");
    }
}
