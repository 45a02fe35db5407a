//! Shares the time for a decision among its policies.

use crate::clock::Moment;
use admit_core::Time;
use std::time::{Duration, Instant};

/// The share of one policy in the time for the whole decision.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimeSlice {
    /// The time for the whole decision.
    pub(crate) budget: Time,
    /// The length of this policy's share.
    pub(crate) length: Duration,
    /// The end of this policy's share, in the running time of the process.
    pub(crate) own: Moment,
    /// The end of the whole decision, in the running time of the process.
    pub(crate) whole: Moment,
    /// The end of this policy's share of the caller's time, by the wall clock.
    pub(crate) own_last: Instant,
    /// The time when the caller stops waiting, by the wall clock.
    pub(crate) last: Instant,
}

/// The reason why a policy is stopped in favour of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UsedUp {
    /// It used up the time for the whole decision, or its own share by computing.
    Budget,
    /// Its share is over, but it got hardly any processor time: it is evaluated again after the
    /// others.
    Turn,
}

/// The processor time below which a policy whose share is over counts as having waited for the
/// processor, unless the share is shorter.
const GRACE: Duration = Duration::from_millis(25);

/// The minimum length of a share for another turn, given the resolution of the clock.
const MIN_TURN: Duration = Duration::from_millis(4);

impl TimeSlice {
    /// Returns whether the time for the whole decision is over.
    pub(crate) fn is_over(&self, now: Moment) -> bool {
        now >= self.whole || Instant::now() >= self.last
    }

    /// Returns whether the share is long enough for another turn.
    pub(crate) fn is_a_turn(&self) -> bool {
        self.length >= MIN_TURN
    }

    /// Returns the next share if `waiting` policies wait for one.
    pub(crate) fn next(&self, now: Moment, waiting: usize) -> TimeSlice {
        let waiting = u32::try_from(waiting).unwrap_or(u32::MAX).max(1);
        let length = now.until(self.whole) / waiting;
        let wall = Instant::now();
        let own_last = wall + self.last.saturating_duration_since(wall) / waiting;
        TimeSlice { length, own: now.after(length), own_last, ..*self }
    }

    /// Returns the reason to stop a policy that has used this much processor time, if any.
    pub(crate) fn used_up(&self, now: Moment, computed: Duration) -> Option<UsedUp> {
        if self.is_over(now) {
            return Some(UsedUp::Budget);
        }
        if now >= self.own {
            let has_computed = computed >= GRACE.min(self.length);
            return Some(if has_computed { UsedUp::Budget } else { UsedUp::Turn });
        }
        // The process is throttled: by its own clock alone, this policy could run until it is too
        // late for the others.
        (Instant::now() >= self.own_last).then_some(UsedUp::Turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_that_waited_for_the_processor_gets_another_turn() {
        let start = Moment::default();
        let second = Duration::from_secs(1);
        let share = TimeSlice {
            budget: Time::from_millis(2_000),
            length: second,
            own: start.after(second),
            whole: start.after(2 * second),
            own_last: Instant::now() + 60 * second,
            last: Instant::now() + 60 * second,
        };
        let early = start.after(second / 2);
        assert_eq!(share.used_up(early, second / 2), None);
        assert_eq!(share.used_up(share.own, GRACE / 2), Some(UsedUp::Turn));
        assert_eq!(share.used_up(share.own, GRACE), Some(UsedUp::Budget));
        assert_eq!(share.used_up(share.whole, Duration::ZERO), Some(UsedUp::Budget));
        let short = TimeSlice { length: GRACE / 5, ..share };
        assert_eq!(short.used_up(share.own, GRACE / 5), Some(UsedUp::Budget));
        let past = TimeSlice { last: Instant::now(), ..share };
        assert_eq!(past.used_up(early, Duration::ZERO), Some(UsedUp::Budget));
        // A process that is throttled most of the time.
        let stopped = TimeSlice { own_last: Instant::now(), ..share };
        assert_eq!(stopped.used_up(early, second / 4), Some(UsedUp::Turn));
    }

    #[test]
    fn shares_are_equal_parts_of_the_time_left() {
        let start = Moment::default();
        let second = Duration::from_secs(1);
        let all = TimeSlice {
            budget: Time::from_millis(2_000),
            length: 2 * second,
            own: start.after(2 * second),
            whole: start.after(2 * second),
            own_last: Instant::now() + 60 * second,
            last: Instant::now() + 60 * second,
        };
        let first = all.next(start, 4);
        assert_eq!((first.length, first.own), (second / 2, start.after(second / 2)));
        let second_one = all.next(start.after(second), 2);
        assert_eq!((second_one.length, second_one.own), (second / 2, start.after(3 * second / 2)));
        assert!(second_one.is_a_turn() && !all.next(all.whole, 1).is_a_turn());
    }
}
