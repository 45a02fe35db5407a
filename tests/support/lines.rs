//! The lines that a process writes, as they come.

use std::io::{BufRead, BufReader, Read};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// The lines of a pipe.
pub struct Lines(Receiver<String>);

const PATIENCE: Duration = Duration::from_secs(60);

impl Lines {
    /// Reads a pipe until it is closed.
    pub fn of(pipe: impl Read + Send + 'static) -> Lines {
        let (sender, lines) = channel();
        let pipe = BufReader::new(pipe);
        thread::spawn(move || pipe.lines().map_while(Result::ok).try_for_each(|l| sender.send(l)));
        Lines(lines)
    }

    /// Waits for a line that contains this text.
    pub fn wait_for(&self, text: &str) -> String {
        let end = Instant::now() + PATIENCE;
        let mut others = Vec::new();
        while let Ok(line) = self.0.recv_timeout(end.saturating_duration_since(Instant::now())) {
            if line.contains(text) {
                return line;
            }
            others.push(line);
        }
        panic!("no line contains `{text}`, but there are {others:?}");
    }
}
