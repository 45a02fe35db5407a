//! The maximum time that a request may wait for its log lines to be written.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// The time that all lines of one request together may wait for the reader. It is less than the
/// reserve of Lambda's time for sending the answer.
const WHOLE: Duration = Duration::from_millis(100);

thread_local! {
    /// The time left for the request that this thread answers.
    static LEFT: Cell<Duration> = const { Cell::new(WHOLE) };
}

/// Starts the timeout of another request on this thread. Half of it is reserved for the record of
/// the decision, so that log entries of policies cannot use it up.
pub(crate) fn renew() {
    LEFT.set(WHOLE / 2);
}

/// Releases the half that is reserved for the record, which is written next.
pub(crate) fn release() {
    LEFT.set(LEFT.get() + WHOLE / 2);
}

/// Calls a function that waits at most for the time left, and deducts the time that it took.
pub(crate) fn spend<T>(wait: impl FnOnce(Duration) -> T) -> T {
    let (left, start) = (LEFT.get(), Instant::now());
    let result = wait(left);
    LEFT.set(left.saturating_sub(start.elapsed()));
    result
}
