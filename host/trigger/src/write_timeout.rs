//! How long the log may keep anybody waiting.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// How long the lines of one request wait, all together, for whoever reads them. It is less than
/// what Lambda's time leaves for sending the answer.
const WHOLE: Duration = Duration::from_millis(100);

thread_local! {
    /// What is left of it for the request that this thread answers.
    static LEFT: Cell<Duration> = const { Cell::new(WHOLE) };
}

/// From here on the lines of this thread are those of another request. A half is kept for the record
/// of its decision: however much policies write, it is waited for.
pub(crate) fn renew() {
    LEFT.set(WHOLE / 2);
}

/// The record is next: what was kept for it may be spent.
pub(crate) fn release() {
    LEFT.set(LEFT.get() + WHOLE / 2);
}

/// Waits for something, at most for as long as is left. It comes to less than that by the time
/// that it took.
pub(crate) fn spend<T>(wait: impl FnOnce(Duration) -> T) -> T {
    let (left, start) = (LEFT.get(), Instant::now());
    let done = wait(left);
    LEFT.set(left.saturating_sub(start.elapsed()));
    done
}
