//! The state that the connections of one load run share.

use super::load_run::Run;
use super::process::processor_time;
use crate::Answer;
use crate::http::Request;
use crate::runtime_api::protocol::{self, Call};
use std::fs::File;
use std::io::Seek;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// The state that the connections of one function share: the events to send, and the answers.
pub(crate) struct RunState<'a> {
    event: &'a str,
    /// The output of the function.
    said: &'a File,
    requests: usize,
    exchanged: Mutex<Exchanged>,
    /// Notified when the first answer is there, and when everything is answered.
    changed: Condvar,
}

/// The events and answers so far.
struct Exchanged {
    process: Option<u32>,
    started: Instant,
    init: Option<Duration>,
    init_error: Option<String>,
    /// When each event was sent.
    sent: Vec<Instant>,
    /// How long the answers took, in the order in which they came.
    times: Vec<Duration>,
    last_answer: Option<Instant>,
    answer: Option<Answer>,
    differing: u32,
    /// The processor time of the process before the second event and after the last answer.
    processor: [Option<Duration>; 2],
    messages: usize,
    is_closed: bool,
}

/// How far a function has come.
pub(crate) struct Progress {
    /// Whether every answer is there.
    pub(crate) is_over: bool,
    /// Its error when it could not start.
    pub(crate) init_error: Option<String>,
    /// How much it has said.
    pub(crate) messages: usize,
    /// Its next step, as the end of a sentence.
    pub(crate) doing: String,
}

impl<'a> RunState<'a> {
    pub(crate) fn new(requests: u32, event: &'a str, said: &'a File) -> RunState<'a> {
        let requests = requests.max(1) as usize;
        let exchanged = Exchanged {
            process: None,
            started: Instant::now(),
            init: None,
            init_error: None,
            sent: Vec::with_capacity(requests),
            times: Vec::with_capacity(requests),
            last_answer: None,
            answer: None,
            differing: 0,
            processor: [None; 2],
            messages: 0,
            is_closed: false,
        };
        RunState {
            event,
            said,
            requests,
            exchanged: Mutex::new(exchanged),
            changed: Condvar::new(),
        }
    }

    /// Starts the clock.
    pub(crate) fn start(&self) {
        self.exchanged().started = Instant::now();
    }

    /// Names the process of the function.
    pub(crate) fn serve(&self, process: u32) {
        self.exchanged().process = Some(process);
    }

    /// The response to write to the function; `None` once the run is over.
    pub(crate) fn answer(&self, request: Request, arrived: Instant) -> Option<Vec<u8>> {
        let mut exchanged = self.exchanged();
        exchanged.messages += 1;
        match Call::of(&request.path) {
            Some(Call::Next) => self.next(exchanged, arrived),
            Some(Call::Response(id)) => {
                Some(self.settle(exchanged, id, Answer::Response(request.body), arrived))
            }
            Some(Call::Error(id)) => {
                Some(self.settle(exchanged, id, Answer::Error(request.body), arrived))
            }
            Some(Call::InitError) => {
                exchanged.init_error = Some(request.body);
                Some(protocol::ACCEPTED.to_vec())
            }
            // A runtime may ask for more than is emulated here, and do without.
            None => Some(NOT_FOUND.to_vec()),
        }
    }

    /// Waits for the end, but no longer than this.
    pub(crate) fn wait(&self, most: Duration) -> Progress {
        let mut exchanged = self.exchanged();
        if exchanged.times.len() < self.requests {
            (exchanged, _) =
                self.changed.wait_timeout(exchanged, most).expect("no thread panicked");
        }
        let answered = exchanged.times.len();
        Progress {
            is_over: answered == self.requests,
            init_error: exchanged.init_error.clone(),
            messages: exchanged.messages,
            doing: match exchanged.init {
                None => "before it asked for an event".to_owned(),
                Some(_) => format!("before answer {} of {}", answered + 1, self.requests),
            },
        }
    }

    /// Ends all waiting.
    pub(crate) fn close(&self) {
        self.exchanged().is_closed = true;
        self.changed.notify_all();
    }

    /// The figures, once everything is answered.
    pub(crate) fn into_run(self, peak: u64) -> Run {
        let exchanged = self.exchanged.into_inner().expect("no thread panicked");
        let end = exchanged.last_answer.unwrap_or(exchanged.started);
        let cold = exchanged.sent[0] + exchanged.times[0] - exchanged.started;
        Run {
            init: exchanged.init.unwrap_or(cold),
            cold,
            elapsed: exchanged.sent.get(1).map_or(Duration::ZERO, |second| end - *second),
            warm: exchanged.times.into_iter().skip(1).collect(),
            processor: match exchanged.processor {
                [Some(before), Some(after)] => after.saturating_sub(before),
                _ => Duration::ZERO,
            },
            peak,
            answer: exchanged.answer.unwrap_or(Answer::Nothing),
            differing: exchanged.differing,
        }
    }

    fn next(&self, mut exchanged: MutexGuard<'_, Exchanged>, arrived: Instant) -> Option<Vec<u8>> {
        let init = arrived - exchanged.started;
        exchanged.init.get_or_insert(init);
        // The first request is alone, so that it says how long a cold start takes; after the
        // last there is none.
        let waits = |exchanged: &mut Exchanged| {
            let is_first_there = !exchanged.times.is_empty();
            let sent = exchanged.sent.len();
            !exchanged.is_closed && (sent == self.requests || sent == 1 && !is_first_there)
        };
        exchanged = self.changed.wait_while(exchanged, waits).expect("no thread panicked");
        if exchanged.is_closed {
            return None;
        }
        let number = exchanged.sent.len();
        if number == 1 {
            exchanged.processor[0] = exchanged.process.map(processor_time);
        }
        if number > 0 {
            // The same pages again: a file that grows would cost the function more than the
            // pipe that it has in Lambda.
            let mut said = self.said;
            let _ = said.rewind();
        }
        let event = self.event.as_bytes();
        let response = protocol::invocation(&number.to_string(), event, "", TIME);
        exchanged.sent.push(Instant::now());
        Some(response)
    }

    fn settle(
        &self,
        mut exchanged: MutexGuard<'_, Exchanged>,
        id: &str,
        answer: Answer,
        arrived: Instant,
    ) -> Vec<u8> {
        let number = id.parse::<usize>().ok();
        let Some(sent) = number.and_then(|number| exchanged.sent.get(number).copied()) else {
            return NOT_FOUND.to_vec();
        };
        exchanged.times.push(arrived - sent);
        exchanged.last_answer = Some(arrived);
        match &exchanged.answer {
            None => exchanged.answer = Some(answer),
            Some(first) => exchanged.differing += u32::from(*first != answer),
        }
        let answered = exchanged.times.len();
        if answered == self.requests {
            exchanged.processor[1] = exchanged.process.map(processor_time);
        }
        if answered == 1 || answered == self.requests {
            self.changed.notify_all();
        }
        protocol::ACCEPTED.to_vec()
    }

    fn exchanged(&self) -> MutexGuard<'_, Exchanged> {
        self.exchanged.lock().expect("no thread panicked")
    }
}

/// The time that Cognito gives a function.
const TIME: Duration = Duration::from_secs(5);

const NOT_FOUND: &[u8] = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";
