//! Decisions in a process of their own, which the regression tests observe.
//!
//!     regressions-subject evaluations BUNDLE EVENT TIMES
//!     regressions-subject allocations BUNDLE EVENT

use admit_cognito::Event;
use admit_engine::{Engine, PolicySet, bundle};
use admit_tests::MARK;
use admit_trigger::{Request, Telemetry, Trigger};
use std::error::Error;
use std::io::{Write, stdout};
use std::path::Path;
use std::time::Duration;
use std::{env, fs};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The first decision does not count: it touches pages and loads code.
const BEFORE: usize = 10;

const LEFT: Duration = Duration::from_secs(4);

fn main() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["evaluations", bundle, event, times] => {
            evaluations(Path::new(bundle), &fs::read(event)?, times.parse()?)
        }
        ["allocations", bundle, event] => allocations(Path::new(bundle), &fs::read(event)?),
        _ => Err("evaluations BUNDLE EVENT TIMES, or allocations BUNDLE EVENT".into()),
    }
}

/// Decides this many times between two marks that `strace` sees.
fn evaluations(bundle: &Path, event: &[u8], times: usize) -> Result<()> {
    let policies = load(bundle)?;
    let event = Event::parse(event)?;
    let decide = |times| {
        for _ in 0..times {
            policies.decide(event.sign_up(), LEFT);
        }
    };
    decide(BEFORE);
    let _ = fs::metadata(MARK);
    decide(times);
    let _ = fs::metadata(MARK);
    let failed = policies.decide(event.sign_up(), LEFT).evaluations;
    match failed.into_iter().find_map(|evaluation| evaluation.answer.err()) {
        Some(failure) => Err(format!("{failure:?}").into()),
        None => Ok(()),
    }
}

/// Prints how often a decision asks for memory, and how often a whole request does.
fn allocations(bundle: &Path, event: &[u8]) -> Result<()> {
    let policies = load(bundle)?;
    let parsed = Event::parse(event)?;
    let decision = fewest(|| drop(policies.decide(parsed.sign_up(), LEFT)));
    let trigger = Trigger::new(load(bundle)?, None, 1, Telemetry::start([], &[]));
    let request = fewest(|| {
        let request = Request { id: "request-1", event: Some(event), left: LEFT };
        drop(trigger.answer(&request));
    });
    writeln!(stdout(), "{decision} {request}")?;
    Ok(())
}

/// The fewest of some times: a line of the log that has a longer time in it may need a larger
/// buffer.
fn fewest(run: impl Fn()) -> u64 {
    (0..BEFORE).for_each(|_| run());
    let counts = (0..BEFORE).map(|_| allocation_counter::measure(&run).count_total);
    counts.min().unwrap_or_default()
}

fn load(folder: &Path) -> Result<PolicySet> {
    Ok(bundle::load(Engine::new(1)?, folder)?.0)
}
