use crate::{Answer, Lambda, memory};
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

/// What some requests to a function cost, one after the other.
#[derive(Default)]
pub struct Load {
    /// From starting the process to its first answer, once for each start.
    pub cold: Vec<Duration>,
    /// From sending an event to the answer, without the first of each process.
    pub warm: Vec<Duration>,
    /// Processor time of the warm requests, all threads together.
    pub processor: Duration,
    /// Bytes of memory at the peak, of the largest process.
    pub peak: u64,
}

impl Load {
    /// Starts a command as the function and sends it an event so many times.
    pub fn add(&mut self, command: Command, event: &str, requests: u32) {
        let started = Instant::now();
        let mut lambda = Lambda::start_command(command);
        let first = lambda.invoke(event);
        self.cold.push(started.elapsed());
        assert_ne!(first, Answer::Nothing);
        let before = processor_time(lambda.process());
        for _ in 1..requests {
            let sent = Instant::now();
            let answer = lambda.invoke(event);
            self.warm.push(sent.elapsed());
            assert_eq!(answer, first);
        }
        self.processor += processor_time(lambda.process()).saturating_sub(before);
        self.peak = self.peak.max(memory(lambda.process(), "VmHWM:"));
    }

    /// The processor time of one warm request.
    pub fn processor_time(&self) -> Duration {
        self.processor / u32::try_from(self.warm.len()).unwrap_or(u32::MAX).max(1)
    }

    /// The time that so many percent of some are within.
    pub fn within(times: &[Duration], percent: usize) -> Duration {
        let mut sorted = times.to_vec();
        sorted.sort();
        let last = sorted.len().saturating_sub(1);
        sorted.get(last * percent / 100).copied().unwrap_or_default()
    }
}

/// The time that the threads of a process have computed, as the scheduler counts it.
fn processor_time(process: u32) -> Duration {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).expect("it lives");
    let nanoseconds = tasks.map_while(Result::ok).filter_map(|task| {
        let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanoseconds.sum())
}
