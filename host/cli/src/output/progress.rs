//! A progress bar on standard error.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal, stderr};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// A progress bar on standard error, shown only on a terminal and only for slow work.
pub(crate) struct Progress {
    bar: ProgressBar,
    started: Instant,
    is_shown: AtomicBool,
}

/// The time before the bar appears. For faster work it would only flicker.
const LONG: Duration = Duration::from_millis(500);

impl Progress {
    /// Creates a bar for a number of items; `what` describes them.
    pub(crate) fn of(things: usize, words: &'static str) -> Progress {
        let bar = ProgressBar::with_draw_target(Some(things as u64), ProgressDrawTarget::hidden());
        let template = "{msg} {wide_bar} {human_pos}/{human_len}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(words);
        // Without a terminal, the bar is never shown.
        let is_shown = AtomicBool::new(!stderr().is_terminal());
        Progress { bar, started: Instant::now(), is_shown }
    }

    /// Advances by one item.
    pub(crate) fn advance(&self) {
        self.bar.inc(1);
        if self.started.elapsed() >= LONG && !self.is_shown.swap(true, Relaxed) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
