//! Times, taken in turns, so that what disturbs the machine disturbs all alike.

use crate::engines::Candidate;
use crate::functions::Function;
use crate::sign_ups;
use admit_cognito::Event;
use admit_tests::Load;
use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

/// How often each has its turn.
const TURNS: usize = 5;
/// Decisions in one turn that are timed, after some that are not.
const DECISIONS: usize = 5_000;
const UNTIMED: usize = 200;
/// Starts of a function in one turn, most of which answer one request and end.
const STARTS: u32 = 20;
/// Requests to the last of them.
const REQUESTS: u32 = 2_000;

/// One row of the table.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) sandbox: &'static str,
    pub(crate) state: &'static str,
    /// From the start of a process to its first answer.
    pub(crate) cold: Option<Times>,
    /// One sign-up.
    pub(crate) warm: Times,
    pub(crate) processor: Option<Duration>,
    /// Bytes of memory at the peak.
    pub(crate) peak: Option<u64>,
}

/// The times of all turns together.
pub(crate) struct Times {
    pub(crate) median: Duration,
    pub(crate) within_90: Duration,
    pub(crate) within_99: Duration,
    /// The largest median of a turn by the smallest.
    pub(crate) spread: f64,
}

/// Has every candidate decide the same sign-up.
pub(crate) fn in_process(
    candidates: &mut [Candidate],
    talk: &mut impl Write,
) -> anyhow::Result<Vec<Row>> {
    let text = sign_ups::timed();
    let event = Event::parse(text.as_bytes())?;
    let sign_up = event.sign_up();
    let mut turns = vec![Vec::new(); candidates.len()];
    for turn in 1..=TURNS {
        writeln!(talk, "in process: turn {turn} of {TURNS}")?;
        for (candidate, turns) in candidates.iter_mut().zip(&mut turns) {
            for _ in 0..UNTIMED {
                candidate.decide(sign_up)?;
            }
            let mut times = Vec::with_capacity(DECISIONS);
            for _ in 0..DECISIONS {
                let started = Instant::now();
                for _ in 0..candidate.at_once {
                    black_box(candidate.decide(black_box(sign_up))?);
                }
                times.push(started.elapsed() / candidate.at_once);
            }
            turns.push(times);
        }
    }
    let row = |(candidate, turns): (&Candidate, &Vec<Vec<Duration>>)| Row {
        name: candidate.name,
        sandbox: candidate.kind.sandbox(),
        state: candidate.state,
        cold: None,
        warm: Times::of(turns),
        processor: None,
        peak: None,
    };
    Ok(candidates.iter().zip(&turns).map(row).collect())
}

/// Starts every function, and sends it the same event.
pub(crate) fn as_functions(
    functions: &[Function],
    talk: &mut impl Write,
) -> anyhow::Result<Vec<Row>> {
    let event = sign_ups::timed();
    let mut turns: Vec<Vec<Load>> = functions.iter().map(|_| Vec::new()).collect();
    for turn in 1..=TURNS {
        writeln!(talk, "as a function: turn {turn} of {TURNS}")?;
        for (function, turns) in functions.iter().zip(&mut turns) {
            let mut load = Load::default();
            for start in 1..=STARTS {
                let requests = if start == STARTS { REQUESTS } else { 1 };
                load.add(function.command(), &event, requests);
            }
            turns.push(load);
        }
    }
    let row = |(function, turns): (&Function, &Vec<Load>)| {
        let times = |of: fn(&Load) -> &Vec<Duration>| {
            Times::of(&turns.iter().map(|load| of(load).clone()).collect::<Vec<_>>())
        };
        // The same number of requests in each turn.
        let processor: Duration = turns.iter().map(Load::processor_time).sum();
        Row {
            name: function.name,
            sandbox: function.kind.sandbox(),
            state: function.state,
            cold: Some(times(|load| &load.cold)),
            warm: times(|load| &load.warm),
            processor: Some(processor / u32::try_from(turns.len()).unwrap_or(1)),
            peak: turns.iter().map(|load| load.peak).max(),
        }
    };
    Ok(functions.iter().zip(&turns).map(row).collect())
}

/// What it takes to read the clock, which is part of every time in process.
pub(crate) fn clock() -> Duration {
    let mut times: Vec<Duration> = Vec::with_capacity(DECISIONS);
    for _ in 0..DECISIONS {
        let started = Instant::now();
        times.push(black_box(started).elapsed());
    }
    Load::within(&times, 50)
}

impl Times {
    fn of(turns: &[Vec<Duration>]) -> Times {
        let all: Vec<Duration> = turns.iter().flatten().copied().collect();
        let [median, within_90, within_99] = [50, 90, 99].map(|part| Load::within(&all, part));
        let medians = turns.iter().map(|turn| Load::within(turn, 50).as_secs_f64());
        let (least, most) = medians.fold((f64::INFINITY, 0.0_f64), |(least, most), median| {
            (least.min(median), most.max(median))
        });
        Times { median, within_90, within_99, spread: most / least }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_of_all_turns_and_their_spread_is_of_the_medians() {
        let turn = |times: [u64; 3]| times.map(Duration::from_micros).to_vec();
        let times = Times::of(&[turn([1, 2, 9]), turn([3, 4, 5])]);
        assert_eq!(times.median, Duration::from_micros(3));
        assert_eq!(times.within_99, Duration::from_micros(5));
        assert_eq!(times.spread, 2.0);
    }
}
