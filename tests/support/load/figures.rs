//! The figures of a load, as a table and as JSON.

use super::Load;
use serde_json::{Value, json};
use std::time::Duration;

impl Load {
    /// The figures as a table.
    pub fn table(&self) -> String {
        let mut rows = vec![row("", ["median", "p90", "p99"].map(str::to_owned))];
        for (name, times) in
            [("init", &self.init), ("first answer", &self.cold), ("warm", &self.warm)]
        {
            if !times.is_empty() {
                rows.push(row(name, PERCENTS.map(|percent| shown(Load::within(times, percent)))));
            }
        }
        if !self.warm.is_empty() {
            let per_second = self.warm.len() as f64 / self.elapsed.as_secs_f64();
            rows.push(row("processor", one(shown(self.processor_time()))));
            rows.push(row("a second", one(format!("{per_second:.0}"))));
        }
        let peak = format!("{:.1} MB", self.peak as f64 / 1e6);
        rows.push(row("peak memory", one(peak)));
        rows.concat()
    }

    /// The figures for programs: times in microseconds, memory in bytes.
    pub fn to_json(&self) -> Value {
        let times = |times: &[Duration]| {
            let [median, p90, p99] = PERCENTS.map(|percent| micros(Load::within(times, percent)));
            json!({ "count": times.len(), "median": median, "p90": p90, "p99": p99 })
        };
        json!({
            "init": times(&self.init),
            "firstAnswer": times(&self.cold),
            "warm": times(&self.warm),
            "elapsed": micros(self.elapsed),
            "processor": micros(self.processor_time()),
            "peakMemory": self.peak,
        })
    }
}

/// A time in milliseconds.
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

const PERCENTS: [usize; 3] = [50, 90, 99];

fn micros(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e7).round() / 10.0
}

fn shown(time: Duration) -> String {
    if time < Duration::from_millis(1) {
        format!("{:.1} µs", time.as_secs_f64() * 1e6)
    } else {
        format!("{:.2} ms", milliseconds(time))
    }
}

/// The cells of a row with one figure.
fn one(cell: String) -> [String; 3] {
    [cell, String::new(), String::new()]
}

fn row(name: &str, cells: [String; 3]) -> String {
    let cells: String = cells.iter().map(|cell| format!("  {cell:>9}")).collect();
    format!("{name:12}{cells}").trim_end().to_owned() + "\n"
}
