use std::process;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

/// How long one component may take to compile; a Python policy, of 18 MiB, takes 14 s.
const PATIENCE: Duration = Duration::from_secs(120);

/// Ends the process when something takes too long that cannot be interrupted.
///
/// It is over when it is dropped.
pub(crate) struct Patience(#[expect(dead_code, reason = "dropping it is the message")] Sender<()>);

impl Patience {
    /// Starts to wait for something, such as "compiling `x.wasm`".
    pub(crate) fn with(what: String) -> Patience {
        let (sender, receiver) = channel();
        thread::spawn(move || {
            if receiver.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                give_up(&what);
            }
        });
        Patience(sender)
    }
}

#[expect(clippy::print_stderr, reason = "an error is for the person at the terminal")]
fn give_up(what: &str) {
    eprintln!("error: {what} takes longer than {} s, so it was given up", PATIENCE.as_secs());
    process::exit(1);
}
