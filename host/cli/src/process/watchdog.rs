//! A watchdog that ends the process when compiling takes too much time or memory.

use admit_build::diagnostics;
use std::fs;
use std::process;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long one component may take to compile; a Python policy, of 18 MiB, takes 14 s.
const PATIENCE: Duration = Duration::from_secs(120);

/// How much memory the process may have meanwhile, where the system tells.
const MAX_MEMORY: u64 = 4 << 30;

/// How often that is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Ends the process when something takes too much that cannot be interrupted, unless this is
/// dropped before.
pub(crate) struct Watchdog(#[expect(dead_code, reason = "dropping it is the message")] Sender<()>);

impl Watchdog {
    /// Starts to watch over something, such as "compiling `x.wasm`".
    pub(crate) fn with(what: String) -> Watchdog {
        let (sender, receiver) = channel();
        thread::spawn(move || {
            let end = Instant::now() + PATIENCE;
            while receiver.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                if Instant::now() >= end {
                    give_up(&what, &format!("more than {} s", PATIENCE.as_secs()));
                }
                if resident().is_some_and(|bytes| bytes > MAX_MEMORY) {
                    give_up(&what, &format!("more than {} GiB of memory", MAX_MEMORY >> 30));
                }
            }
        });
        Watchdog(sender)
    }
}

/// The memory of this process in bytes, as Linux tells it: in pages, of 4 KiB at least.
fn resident() -> Option<u64> {
    let pages: u64 =
        fs::read_to_string("/proc/self/statm").ok()?.split(' ').nth(1)?.parse().ok()?;
    pages.checked_mul(4 << 10)
}

#[expect(clippy::print_stderr, reason = "an error is for the person at the terminal")]
fn give_up(what: &str, limit: &str) {
    let message = format!("{what} takes {limit}, and was given up: build the component smaller");
    eprintln!("{}", diagnostics::error(&message));
    process::exit(1);
}
