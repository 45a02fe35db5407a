//! What lives in the store of one evaluation.

use crate::clock::Watch;
use crate::cpu_time::CpuTime;
use crate::limiter::Limiter;
use crate::policy_log::PolicyLog;
use crate::time_slice::{TimeSlice, UsedUp};
#[cfg(feature = "compile")]
use admit_core::Limits;

/// What lives in the store of one evaluation.
pub(crate) struct State {
    pub(crate) limiter: Limiter,
    pub(crate) notes: PolicyLog,
    pub(crate) watch: Watch,
    pub(crate) cpu_time: CpuTime,
    pub(crate) share: TimeSlice,
    pub(crate) stopped: Option<Stopped>,
}

/// What interrupted a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stopped {
    Deadline,
    TimeSlice(UsedUp),
}

impl State {
    pub(crate) fn notes(&mut self) -> &mut PolicyLog {
        &mut self.notes
    }

    /// Whether anything was written, kept or not.
    #[cfg(feature = "compile")]
    pub(crate) fn has_notes(&self) -> bool {
        !self.notes.kept.is_empty() || self.notes.dropped > 0
    }

    /// Whether it was refused something that it asked for last.
    #[cfg(feature = "compile")]
    pub(crate) fn has_exceeded(&self) -> bool {
        self.limiter.exceeded().is_some()
    }

    /// Bounds what it holds from here on by other limits.
    #[cfg(feature = "compile")]
    pub(crate) fn limit_anew(&mut self, limits: &Limits) {
        self.limiter = Limiter::new(limits);
    }
}
