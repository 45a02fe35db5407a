//! The data in the store of one evaluation.

use crate::clock::Watch;
use crate::cpu_time::CpuTime;
use crate::limiter::Limiter;
use crate::policy_log::PolicyLog;
use crate::time_slice::{TimeSlice, UsedUp};
#[cfg(feature = "compile")]
use admit_core::Limits;

/// The data in the store of one evaluation.
pub(crate) struct State {
    pub(crate) limiter: Limiter,
    pub(crate) notes: PolicyLog,
    pub(crate) watch: Watch,
    pub(crate) cpu_time: CpuTime,
    pub(crate) share: TimeSlice,
    pub(crate) stopped: Option<Stopped>,
}

/// The reason why a guest was interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stopped {
    Deadline,
    TimeSlice(UsedUp),
}

impl State {
    pub(crate) fn notes(&mut self) -> &mut PolicyLog {
        &mut self.notes
    }

    /// Returns whether the guest wrote to the log, even if the entry was dropped.
    #[cfg(feature = "compile")]
    pub(crate) fn has_notes(&self) -> bool {
        !self.notes.kept.is_empty() || self.notes.dropped > 0
    }

    /// Returns whether the guest was refused a resource last.
    #[cfg(feature = "compile")]
    pub(crate) fn has_exceeded(&self) -> bool {
        self.limiter.exceeded().is_some()
    }

    /// Replaces the limits from here on.
    #[cfg(feature = "compile")]
    pub(crate) fn replace_limits(&mut self, limits: &Limits) {
        self.limiter = Limiter::new(limits);
    }
}
