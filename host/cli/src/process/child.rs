//! Runs untrusted work in a child process with limits.
//!
//! Compiling a component or building a validator of a schema cannot be interrupted, so the program
//! starts itself again for it. The child limits its own processor time and memory, and the parent
//! kills it when it takes too long by the clock. The child dies with its parent.

mod allowance;
mod limits;

pub(crate) use allowance::{Allowance, NoAnswer};

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::env;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;

/// The first argument of a child process. The second is the name of its job.
const ARGUMENT: &str = "__job";

/// Runs a job in a child process: sends it a question and some bytes, and returns its answer with
/// the bytes that belong to the answer.
pub(crate) fn ask<Q: Serialize, A: DeserializeOwned>(
    job: &str,
    question: &Q,
    body: &[u8],
    allowance: Allowance,
) -> Result<(A, Vec<u8>), NoAnswer> {
    let failed = |error: &dyn fmt::Display| NoAnswer::Failed(format!("its process: {error}"));
    let request = request(allowance, question).map_err(|error| failed(&error))?;
    let output = run(job, &request, body, allowance)?;
    let (answer, bytes) = parts(&output).map_err(|error| failed(&error))?;
    Ok((answer, bytes.to_vec()))
}

/// The lines that precede the bytes of a question.
fn request<Q: Serialize>(allowance: Allowance, question: &Q) -> serde_json::Result<Vec<u8>> {
    let mut request = serde_json::to_vec(&allowance)?;
    request.push(b'\n');
    serde_json::to_writer(&mut request, question)?;
    request.push(b'\n');
    Ok(request)
}

/// Parses the first line, and returns it with the bytes that follow.
fn parts<T: DeserializeOwned>(bytes: &[u8]) -> io::Result<(T, &[u8])> {
    let end = memchr::memchr(b'\n', bytes).ok_or(io::ErrorKind::UnexpectedEof)?;
    Ok((serde_json::from_slice(&bytes[..end])?, &bytes[end + 1..]))
}

/// Runs a child process and returns its output.
fn run(job: &str, request: &[u8], body: &[u8], allowance: Allowance) -> Result<Vec<u8>, NoAnswer> {
    let started = start(job);
    let mut child = Ended(
        started
            .map_err(|error| NoAnswer::Failed(format!("cannot start a child process: {error}")))?,
    );
    let (stdin, stdout) = (child.0.stdin.take(), child.0.stdout.take());
    thread::scope(|scope| {
        let (sender, receiver) = channel();
        scope.spawn(move || {
            // A child that was killed does not read; its exit status gives the reason.
            if let Some(mut stdin) = stdin {
                let _ = stdin.write_all(request).and_then(|()| stdin.write_all(body));
            }
            let mut output = Vec::new();
            let read = stdout.map(|mut stdout| stdout.read_to_end(&mut output));
            let _ = sender.send(read.and_then(Result::ok).map(|_| output));
        });
        let output = receiver.recv_timeout(allowance.patience());
        if output.is_err() {
            // This closes its pipes, which the thread waits for.
            let _ = child.0.kill();
        }
        let status = child.0.wait();
        let Ok(output) = output else {
            return Err(NoAnswer::Exceeded(format!("{} s", allowance.patience().as_secs())));
        };
        match (status, output) {
            (Ok(status), Some(output)) if status.success() => Ok(output),
            (Ok(status), _) => Err(limits::reason(status, &last_words(&mut child.0), allowance)),
            (Err(error), _) => Err(NoAnswer::Failed(format!("its process: {error}"))),
        }
    })
}

/// A child process that is killed when this is dropped.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(job: &str) -> io::Result<Child> {
    Command::new(this_program()?)
        .args([ARGUMENT, job])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A backtrace could fill the pipe.
        .env_remove("RUST_BACKTRACE")
        .spawn()
}

/// The running program, even if its file has been replaced since.
fn this_program() -> io::Result<PathBuf> {
    let running = Path::new("/proc/self/exe");
    if cfg!(target_os = "linux") && running.exists() {
        return Ok(running.to_owned());
    }
    env::current_exe()
}

/// The start of the standard error of a child, which shows whether it ran out of memory.
fn last_words(child: &mut Child) -> String {
    let mut words = Vec::new();
    if let Some(stderr) = child.stderr.take() {
        let _ = stderr.take(4 << 10).read_to_end(&mut words);
    }
    String::from_utf8_lossy(&words).into_owned()
}

/// The name of the job if this process is a child, or `None`.
pub(crate) fn job() -> Option<OsString> {
    let mut arguments = env::args_os().skip(1);
    (arguments.next()? == ARGUMENT).then(|| arguments.next())?
}

/// Reads the question of the parent, and writes the answer.
pub(crate) fn answer<Q: DeserializeOwned, A: Serialize>(
    work: impl FnOnce(Q, Vec<u8>) -> (A, Vec<u8>),
) -> io::Result<()> {
    limits::die_with_parent();
    let mut stdin = io::stdin().lock();
    let mut line = String::new();
    stdin.read_line(&mut line)?;
    limits::set(serde_json::from_str(&line)?);
    line.clear();
    stdin.read_line(&mut line)?;
    let question = serde_json::from_str(&line)?;
    let mut body = Vec::new();
    stdin.read_to_end(&mut body)?;
    let (answer, bytes) = work(question, body);
    let mut stdout = io::stdout().lock();
    serde_json::to_writer(&mut stdout, &answer)?;
    stdout.write_all(b"\n")?;
    stdout.write_all(&bytes)?;
    stdout.flush()
}
