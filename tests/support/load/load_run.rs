//! One load run: a process of the function, and the requests to it.

use super::process::peak_memory;
use super::run_state::RunState;
use crate::Answer;
use crate::http::requests;
use crate::runtime_api::protocol;
use admit_core::printable;
use std::fs::File;
use std::io::{Error, Read, Result, Seek, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

/// Sends one event several times to one process that speaks the Runtime API.
///
/// The thread that reads a request answers it: no request is handed from one thread to another,
/// and none waits for a thread to start.
#[derive(Debug, Clone)]
pub struct LoadRun {
    /// How many requests, with the first one.
    pub requests: u32,
    /// How many the function is told that it may have at once.
    pub at_once: u32,
    /// How long the function may say nothing.
    pub patience: Duration,
    /// How long everything that the function asks is left unanswered.
    pub pause: Duration,
}

/// The figures of a [`LoadRun`].
#[derive(Debug)]
pub struct Run {
    /// From starting the process to its first question for an event.
    pub init: Duration,
    /// From starting the process to its first answer.
    pub cold: Duration,
    /// From sending an event to the answer, without the first.
    pub warm: Vec<Duration>,
    /// From the first of those events to the last answer.
    pub elapsed: Duration,
    /// Processor time in between, of all threads.
    pub processor: Duration,
    /// Bytes of memory at the peak.
    pub peak: u64,
    /// The first answer.
    pub answer: Answer,
    /// How many others were not the same.
    pub differing: u32,
}

impl Default for LoadRun {
    /// One request.
    fn default() -> LoadRun {
        let patience = Duration::from_secs(20);
        LoadRun { requests: 1, at_once: 1, patience, pause: Duration::ZERO }
    }
}

/// How often the process is looked after, besides when it says something.
const GLANCE: Duration = Duration::from_millis(50);

impl LoadRun {
    /// Starts a command and sends it the event. An error says why there are no figures.
    pub fn run(&self, mut command: Command, event: &str) -> Result<Run> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?.to_string();
        // Into a file: a pipe would need a reader, which takes the function's processor.
        let said = tempfile::tempfile()?;
        protocol::environment(&mut command, &address)
            .stdin(Stdio::null())
            .stdout(said.try_clone()?)
            .stderr(said.try_clone()?);
        if self.at_once > 1 {
            command.env("AWS_LAMBDA_MAX_CONCURRENCY", self.at_once.to_string());
        }
        let state = RunState::new(self.requests, event, &said);
        let streams = Mutex::new(Vec::new());
        let ended = thread::scope(|scope| {
            // A function may use a connection for its questions and another for its answers.
            for _ in 0..2 * self.at_once + 2 {
                scope.spawn(|| self.accept(&listener, &streams, &state));
            }
            state.start();
            let child = command.spawn().map_err(|error| {
                let program = command.get_program().display();
                Error::other(format!("cannot start `{program}`: {error}"))
            });
            let ended = child.and_then(|child| self.attend(child, &state));
            // The threads that wait for the function are woken, and processes that it started end.
            state.close();
            let listener = listener.try_clone().map(OwnedFd::from).map(TcpStream::from);
            let _ = listener.and_then(|listener| listener.shutdown(Shutdown::Both));
            for stream in streams.lock().expect("no thread panicked").iter() {
                let _: Result<()> = TcpStream::shutdown(stream, Shutdown::Both);
            }
            ended
        });
        let peak = ended.map_err(|error| with_last_words(&error, &said))?;
        Ok(state.into_run(peak))
    }

    /// Serves one connection after the other.
    fn accept(
        &self,
        listener: &TcpListener,
        streams: &Mutex<Vec<TcpStream>>,
        state: &RunState<'_>,
    ) {
        while let Ok((mut stream, _)) = listener.accept() {
            let _ = stream.set_nodelay(true);
            let Ok(clone) = stream.try_clone() else { return };
            streams.lock().expect("no thread panicked").push(clone);
            for request in requests(&stream) {
                let arrived = Instant::now();
                if !self.pause.is_zero() {
                    thread::sleep(self.pause);
                }
                let written = match state.answer(request, arrived) {
                    Some(response) => stream.write_all(&response),
                    None => break,
                };
                if written.is_err() {
                    break;
                }
            }
        }
    }

    /// Looks after the process until everything is answered; returns its peak of memory.
    fn attend(&self, mut child: Child, state: &RunState<'_>) -> Result<u64> {
        state.serve(child.id());
        let mut progress = (0, Instant::now());
        let ended = loop {
            let now = state.wait(GLANCE);
            if now.is_over {
                break Ok(peak_memory(child.id()));
            }
            if let Some(reason) = now.init_error {
                break Err(format!("it says that it cannot start: {reason}"));
            }
            match child.try_wait() {
                Ok(Some(status)) => break Err(format!("it ended ({status}) {}", now.doing)),
                Ok(None) => {}
                Err(error) => break Err(error.to_string()),
            }
            if progress.0 != now.messages {
                progress = (now.messages, Instant::now());
            } else if progress.1.elapsed() > self.patience {
                let patience = self.patience.as_secs_f64();
                break Err(format!("it has said nothing for {patience} s {}", now.doing));
            }
        };
        let _ = child.kill();
        let _ = child.wait();
        ended.map_err(Error::other)
    }
}

/// An error, and below it the end of what the function wrote.
fn with_last_words(error: &Error, mut said: &File) -> Error {
    const LINES: usize = 5;
    const MAX_CHARACTERS: usize = 500;
    let mut text = Vec::new();
    let written = said.stream_position().unwrap_or_default();
    let _ = said.rewind().and_then(|()| said.take(written).read_to_end(&mut text));
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let last = &lines[lines.len().saturating_sub(LINES)..];
    let last = last.iter().map(|line| format!("\n  {}", printable(line, MAX_CHARACTERS)));
    Error::other(format!("{error}{}", last.collect::<String>()))
}
