//! The processor time of a thread.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// The time that the current thread has computed.
///
/// A guest cannot wait, so this is the time that it takes on an idle machine, and what
/// other threads do does not count against it.
#[derive(Debug)]
pub(crate) struct CpuTime(Option<Duration>);

impl CpuTime {
    /// Counts from now on.
    pub(crate) fn from_now() -> CpuTime {
        CpuTime(Some(now()))
    }

    /// Counts from the first reading on. To read is a system call, so that a guest which ends
    /// before it is first interrupted needs none.
    pub(crate) fn from_first_reading() -> CpuTime {
        CpuTime(None)
    }

    pub(crate) fn elapsed(&mut self) -> Duration {
        let now = now();
        now.saturating_sub(*self.0.get_or_insert(now))
    }
}

fn now() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}
