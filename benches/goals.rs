//! One evaluation of each of AWS's samples in a fresh sandbox, beside the goal: its median and
//! its 99th percentile, which a benchmark that times many at once cannot tell.

#![expect(clippy::expect_used, reason = "a benchmark that cannot go on ends")]

use admit_benches::{SAMPLES, bundle, event, samples};
use admit_cognito::Event;
use admit_engine::{Engine, bundle::load};
use std::io::{Result, Write, stdout};
use std::time::{Duration, Instant};

const TIMES: usize = 20_000;

/// How many come first and do not count.
const BEFORE: usize = 1_000;

fn main() -> Result<()> {
    let event = event();
    let event = Event::parse(event.as_bytes()).expect("an event");
    let mut out = stdout().lock();
    writeln!(out, "| one evaluation | goal: median | p99 | here: median | p99 |")?;
    writeln!(out, "|---|---|---|---|---|")?;
    for name in SAMPLES {
        let engine = Engine::new(1).expect("an engine");
        let bundle = bundle(name, &samples(Some(name)));
        let (policies, _) = load(engine, &bundle).expect("a bundle");
        let mut times: Vec<Duration> = (0..BEFORE + TIMES)
            .map(|_| {
                let started = Instant::now();
                let deliberation = policies.decide(event.sign_up(), Duration::from_secs(4));
                drop(deliberation);
                started.elapsed()
            })
            .skip(BEFORE)
            .collect();
        times.sort();
        let [median, p99] =
            [TIMES / 2, TIMES * 99 / 100].map(|index| times[index].as_secs_f64() * 1e6);
        writeln!(out, "| `{name}` | ≤ 5 µs | ≤ 15 µs | {median:.1} µs | {p99:.1} µs |")?;
    }
    Ok(())
}
