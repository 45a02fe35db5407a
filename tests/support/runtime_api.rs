//! A function under Lambda's Runtime API.

pub(crate) mod protocol;

use crate::bootstrap;
use crate::http::{listen, requests};
use protocol::Call;
use std::collections::{HashMap, VecDeque};
use std::io::{self, BufRead, BufReader, PipeReader, Write};
use std::iter;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Lambda with one function: the bootstrap in a process of its own, and the Runtime API
/// that it talks to, on a free port of 127.0.0.1.
pub struct Lambda {
    child: Child,
    invocations: Sender<Next>,
    initialised: Receiver<Answer>,
    next_id: u64,
    log: Receiver<String>,
    shared: Arc<Shared>,
}

/// The answer of the function to one invocation, or its error at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The bytes of a response.
    Response(String),
    /// The bytes of an error.
    Error(String),
    /// The process ended, or said nothing for a long time.
    Nothing,
}

/// The response to a question for an event.
enum Next {
    Event(Invocation),
    /// A status, and no event.
    Status(u16),
}

struct Invocation {
    id: String,
    body: Vec<u8>,
    /// A line of the header besides the usual.
    header: String,
    time: Duration,
    answer: Sender<Answer>,
}

/// The state that the connections share, such as the invocations that wait for an answer.
struct Shared {
    invocations: Mutex<Receiver<Next>>,
    waiting: Mutex<HashMap<String, Sender<Answer>>>,
    most_at_once: AtomicUsize,
    /// With what status answers are refused; none where it is 0.
    refusal: AtomicU16,
    initialised: Sender<Answer>,
}

/// Longer than any answer takes, shorter than a person waits.
const PATIENCE: Duration = Duration::from_secs(20);

impl Lambda {
    /// Starts the function with a bundle.
    pub fn start(bundle: &Path) -> Lambda {
        Lambda::start_with(bundle, [])
    }

    /// Starts the function with a bundle and more variables in its environment.
    pub fn start_with<'a>(
        bundle: &Path,
        variables: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Lambda {
        let mut command = Command::new(bootstrap());
        command.env("ADMIT_BUNDLE", bundle).envs(variables);
        Lambda::start_command(command)
    }

    /// Starts the function with a bundle, as one that serves this many requests at once.
    pub fn start_many(bundle: &Path, at_once: usize) -> Lambda {
        Lambda::start_with(bundle, [("AWS_LAMBDA_MAX_CONCURRENCY", &*at_once.to_string())])
    }

    /// Starts any command as the function.
    pub fn start_command(command: Command) -> Lambda {
        let (out, pipe) = io::pipe().expect("a pipe");
        let mut lambda = Lambda::start_writing_to(command, pipe);
        lambda.log = lines(out);
        lambda
    }

    /// Starts any command as the function, with this as its standard output instead of the log
    /// that can be asked for below.
    pub fn start_writing_to(mut command: Command, out: impl Into<Stdio>) -> Lambda {
        let (invocations, queue) = channel();
        let (init, initialised) = channel();
        let shared = Arc::new(Shared {
            invocations: Mutex::new(queue),
            waiting: Mutex::default(),
            most_at_once: AtomicUsize::new(0),
            refusal: AtomicU16::new(0),
            initialised: init,
        });
        let serving = Arc::clone(&shared);
        let address = listen(move |stream| serve(&serving, stream)).to_string();
        let child = protocol::environment(&mut command, &address)
            .stdin(Stdio::null())
            .stdout(out)
            .spawn()
            .expect("the function starts");
        Lambda { child, invocations, initialised, next_id: 0, log: channel().1, shared }
    }

    /// Invokes the function once, with five seconds to answer, as Cognito does.
    pub fn invoke(&mut self, event: impl Into<Vec<u8>>) -> Answer {
        self.invoke_within(event, Duration::from_secs(5))
    }

    /// Invokes the function once, with this time to answer.
    pub fn invoke_within(&mut self, event: impl Into<Vec<u8>>, time: Duration) -> Answer {
        let answered = self.send_within(event, time);
        answered.recv_timeout(PATIENCE).unwrap_or(Answer::Nothing)
    }

    /// Invokes the function for all of these at once; the answers are in their order.
    pub fn invoke_all<'a>(&mut self, events: impl IntoIterator<Item = &'a str>) -> Vec<Answer> {
        self.invoke_at_once(usize::MAX, events).collect()
    }

    /// Invokes the function for all of these, this many at a time; the answers are in their order.
    pub fn invoke_at_once<'a>(
        &mut self,
        most: usize,
        events: impl IntoIterator<Item = &'a str>,
    ) -> impl Iterator<Item = Answer> {
        let mut events = events.into_iter();
        let mut waiting: VecDeque<Receiver<Answer>> = VecDeque::new();
        iter::from_fn(move || {
            while waiting.len() < most
                && let Some(event) = events.next()
            {
                waiting.push_back(self.send(event));
            }
            let answered = waiting.pop_front()?;
            Some(answered.recv_timeout(PATIENCE).unwrap_or(Answer::Nothing))
        })
    }

    /// Sends an event without waiting for what comes of it.
    pub fn send(&mut self, event: impl Into<Vec<u8>>) -> Receiver<Answer> {
        self.send_within(event, Duration::from_secs(5))
    }

    /// Sends an event with a line of the header besides the usual.
    pub fn send_with_header(
        &mut self,
        event: impl Into<Vec<u8>>,
        header: &str,
    ) -> Receiver<Answer> {
        self.send_invocation(event.into(), format!("{header}\r\n"), Duration::from_secs(5))
    }

    fn send_within(&mut self, event: impl Into<Vec<u8>>, time: Duration) -> Receiver<Answer> {
        self.send_invocation(event.into(), String::new(), time)
    }

    fn send_invocation(
        &mut self,
        body: Vec<u8>,
        header: String,
        time: Duration,
    ) -> Receiver<Answer> {
        self.next_id += 1;
        let (answer, answered) = channel();
        let id = format!("request-{}", self.next_id);
        let invocation = Invocation { id, body, header, time, answer };
        self.invocations.send(Next::Event(invocation)).unwrap();
        answered
    }

    /// Answers a question for an event with a status alone, as Lambda does when it is broken.
    pub fn send_status(&mut self, status: u16) {
        self.invocations.send(Next::Status(status)).unwrap();
    }

    /// Refuses each answer from now on, with this status; of a refused one there is nothing.
    pub fn refuse_answers(&mut self, status: u16) {
        self.shared.refusal.store(status, Relaxed);
    }

    /// The most requests that the function has had at the same time.
    pub fn most_at_once(&self) -> usize {
        self.shared.most_at_once.load(Relaxed)
    }

    /// The id of the function's process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// The error of the function when it could not start.
    pub fn init_error(&self) -> Answer {
        self.initialised.recv_timeout(PATIENCE).unwrap_or(Answer::Nothing)
    }

    /// Waits for the process to end by itself and returns its status.
    pub fn wait(&mut self) -> Option<i32> {
        self.child.wait().expect("a status").code()
    }

    /// The next line in the log, but for those about the start of the function.
    pub fn log_line(&self) -> serde_json::Value {
        loop {
            let line = self.any_log_line();
            if line["type"] != "started" && line["type"] != "little-memory" {
                return line;
            }
        }
    }

    /// The next line that the function wrote to standard output.
    pub fn any_log_line(&self) -> serde_json::Value {
        let line = self.log.recv_timeout(PATIENCE).expect("a line in the log");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    /// Ends the function and returns everything that it wrote to standard output.
    pub fn end_log(self) -> Vec<serde_json::Value> {
        let lines = self.end_log_lines().into_iter();
        lines.map(|line| serde_json::from_str(&line).expect("JSON")).collect()
    }

    /// The same as text, without the ends of the lines.
    pub fn end_log_lines(mut self) -> Vec<String> {
        let _ = self.child.kill();
        iter::from_fn(|| self.log.recv_timeout(PATIENCE).ok()).collect()
    }

    /// The next line about a decision.
    pub fn decision_line(&self) -> serde_json::Value {
        loop {
            let line = self.log_line();
            if line["type"] == "decision" {
                return line;
            }
        }
    }
}

impl Drop for Lambda {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines that come out of a pipe.
fn lines(pipe: PipeReader) -> Receiver<String> {
    let (lines, log) = channel();
    let out = BufReader::new(pipe);
    thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|l| lines.send(l)));
    log
}

/// Serves one connection until the function closes it.
fn serve(shared: &Shared, mut stream: TcpStream) {
    for request in requests(&stream) {
        let response = match Call::of(&request.path) {
            Some(Call::Next) => match next(shared) {
                Some(response) => response,
                None => return,
            },
            Some(Call::Response(id)) => settle(shared, id, Answer::Response(request.body)),
            Some(Call::Error(id)) => settle(shared, id, Answer::Error(request.body)),
            Some(Call::InitError) => {
                let _ = shared.initialised.send(Answer::Error(request.body));
                protocol::ACCEPTED.to_vec()
            }
            None => panic!("not a request of the Runtime API: {}", request.path),
        };
        if stream.write_all(&response).is_err() {
            return;
        }
    }
}

/// Waits for the next invocation; none comes when the test is over.
fn next(shared: &Shared) -> Option<Vec<u8>> {
    let next = shared.invocations.lock().expect("no thread panicked").recv().ok()?;
    let Invocation { id, body, header, time, answer } = match next {
        Next::Event(invocation) => invocation,
        Next::Status(status) => return Some(protocol::status(status)),
    };
    let mut waiting = shared.waiting.lock().expect("no thread panicked");
    waiting.insert(id.clone(), answer);
    shared.most_at_once.fetch_max(waiting.len(), Relaxed);
    drop(waiting);
    Some(protocol::invocation(&id, &body, &header, time))
}

fn settle(shared: &Shared, id: &str, answer: Answer) -> Vec<u8> {
    let waiting = shared.waiting.lock().expect("no thread panicked").remove(id);
    let waiting = waiting.unwrap_or_else(|| panic!("there is no invocation {id}"));
    let refusal = shared.refusal.load(Relaxed);
    let _ = waiting.send(if refusal == 0 { answer } else { Answer::Nothing });
    match refusal {
        0 => protocol::ACCEPTED.to_vec(),
        refusal => protocol::status(refusal),
    }
}
