//! Measures requests to a function: any command that speaks the Runtime API.

mod driver;
mod figures;
mod load_run;
mod options;
mod process;
mod run_state;

pub use driver::{DriverError, driver};
pub use figures::milliseconds;
pub use load_run::{LoadRun, Run};

use std::process::Command;
use std::time::Duration;

/// The figures of requests to a function, one after the other.
#[derive(Default)]
pub struct Load {
    /// From starting the process to its first question for an event, once for each start.
    pub init: Vec<Duration>,
    /// From starting the process to its first answer, once for each start.
    pub cold: Vec<Duration>,
    /// From sending an event to the answer, without the first of each process.
    pub warm: Vec<Duration>,
    /// How long the warm requests took in all.
    pub elapsed: Duration,
    /// Processor time of the warm requests, all threads together.
    pub processor: Duration,
    /// Bytes of memory at the peak, of the largest process.
    pub peak: u64,
}

impl Load {
    /// Starts a command as the function and sends it an event this many times.
    pub fn add(&mut self, command: Command, event: &str, requests: u32) {
        let load_run = LoadRun { requests, ..LoadRun::default() };
        let run = load_run.run(command, event).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(run.differing, 0);
        self.include(run);
    }

    /// Takes in what came of one process.
    pub fn include(&mut self, run: Run) {
        self.init.push(run.init);
        self.cold.push(run.cold);
        self.warm.extend(run.warm);
        self.elapsed += run.elapsed;
        self.processor += run.processor;
        self.peak = self.peak.max(run.peak);
    }

    /// The processor time of one warm request.
    pub fn processor_time(&self) -> Duration {
        self.processor / u32::try_from(self.warm.len()).unwrap_or(u32::MAX).max(1)
    }

    /// The time that this many percent of the times are within.
    pub fn within(times: &[Duration], percent: usize) -> Duration {
        let mut sorted = times.to_vec();
        sorted.sort();
        let last = sorted.len().saturating_sub(1);
        sorted.get(last * percent / 100).copied().unwrap_or_default()
    }
}
