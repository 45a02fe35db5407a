//! The processor time of a thread.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// The processor time of the current thread.
///
/// A guest cannot block, so this is the time that it takes on an idle machine, and the load of
/// other threads does not count against it.
#[derive(Debug)]
pub(crate) struct CpuTime(Option<Duration>);

impl CpuTime {
    /// Starts measuring now.
    pub(crate) fn from_now() -> CpuTime {
        CpuTime(Some(now()))
    }

    /// Starts measuring at the first reading. Reading takes a system call, so a guest that ends
    /// before its first interruption takes none.
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
