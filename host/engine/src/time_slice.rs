//! How the time for a decision is shared among the policies that it asks.

use crate::clock::Moment;
use admit_core::Time;
use std::time::{Duration, Instant};

/// The share that one policy has of the time for a whole decision.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimeSlice {
    /// The time for the whole decision.
    pub(crate) budget: Time,
    /// How long this policy's own share is.
    pub(crate) length: Duration,
    /// When it is over, in the time that the process runs.
    pub(crate) own: Moment,
    /// When the whole decision must be made.
    pub(crate) whole: Moment,
    /// When this policy's own share of the caller's time is over, by the wall.
    pub(crate) own_last: Instant,
    /// When the caller stops waiting, by the wall.
    pub(crate) last: Instant,
}

/// Why a policy is stopped for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UsedUp {
    /// The time for the whole decision, or its own share of it, which it has computed in.
    Budget,
    /// Its own share, in which it hardly got to compute: it is asked again after the others.
    Turn,
}

/// A policy that has computed for less, by the end of its share, and for less than the share is
/// long, was waiting for the processor rather than computing.
const GRACE: Duration = Duration::from_millis(25);

/// A share that is shorter is no second turn: the clock does not tell it from none.
const SHORTEST_TURN: Duration = Duration::from_millis(4);

impl TimeSlice {
    /// Whether there is no time left for any policy.
    pub(crate) fn is_over(&self, now: Moment) -> bool {
        now >= self.whole || Instant::now() >= self.last
    }

    /// Whether a policy can do something with it that was stopped before.
    pub(crate) fn is_a_turn(&self) -> bool {
        self.length >= SHORTEST_TURN
    }

    /// The next share, where so many policies wait for one.
    pub(crate) fn next(&self, now: Moment, waiting: usize) -> TimeSlice {
        let waiting = u32::try_from(waiting).unwrap_or(u32::MAX).max(1);
        let length = now.until(self.whole) / waiting;
        let wall = Instant::now();
        let own_last = wall + self.last.saturating_duration_since(wall) / waiting;
        TimeSlice { length, own: now.after(length), own_last, ..*self }
    }

    /// Whether a policy that has computed for so long is to be stopped for the others.
    pub(crate) fn used_up(&self, now: Moment, computed: Duration) -> Option<UsedUp> {
        if self.is_over(now) {
            return Some(UsedUp::Budget);
        }
        if now >= self.own {
            let has_computed = computed >= GRACE.min(self.length);
            return Some(if has_computed { UsedUp::Budget } else { UsedUp::Turn });
        }
        // The process hardly runs: its own clock would let one policy wait until it is too late
        // for the others.
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
        // A process that is stopped most of the time.
        let stopped = TimeSlice { own_last: Instant::now(), ..share };
        assert_eq!(stopped.used_up(early, second / 4), Some(UsedUp::Turn));
    }

    #[test]
    fn shares_are_equal_parts_of_what_is_left() {
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
