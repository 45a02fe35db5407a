//! The state that the connections of one load run share.

use super::drive::Run;
use super::process::processor_time;
use crate::Answer;
use crate::http::Request;
use crate::runtime_api::protocol::{self, Call};
use std::fs::File;
use std::io::Seek;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// Where the connections of one function get their events and leave their answers.
pub(crate) struct Desk<'a> {
    event: &'a str,
    /// What the function writes.
    said: &'a File,
    requests: usize,
    book: Mutex<Book>,
    /// Somebody who waits may go on: the first answer is there, or everything is over.
    changed: Condvar,
}

/// What has happened so far.
struct Book {
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
    /// What it said when it could not start.
    pub(crate) init_error: Option<String>,
    /// How much it has said.
    pub(crate) messages: usize,
    /// What it should do next, as the end of a sentence.
    pub(crate) doing: String,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(requests: u32, event: &'a str, said: &'a File) -> Desk<'a> {
        let requests = requests.max(1) as usize;
        let book = Book {
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
        Desk { event, said, requests, book: Mutex::new(book), changed: Condvar::new() }
    }

    /// From now on the time counts.
    pub(crate) fn start(&self) {
        self.book().started = Instant::now();
    }

    /// Says which process the function is.
    pub(crate) fn serve(&self, process: u32) {
        self.book().process = Some(process);
    }

    /// What to write to the function; nothing once everything is over.
    pub(crate) fn answer(&self, request: Request, arrived: Instant) -> Option<Vec<u8>> {
        let mut book = self.book();
        book.messages += 1;
        match Call::of(&request.path) {
            Some(Call::Next) => self.next(book, arrived),
            Some(Call::Response(id)) => {
                Some(self.settle(book, id, Answer::Response(request.body), arrived))
            }
            Some(Call::Error(id)) => {
                Some(self.settle(book, id, Answer::Error(request.body), arrived))
            }
            Some(Call::InitError) => {
                book.init_error = Some(request.body);
                Some(protocol::ACCEPTED.to_vec())
            }
            // A runtime may know of more than is played here, and do without.
            None => Some(NOT_FOUND.to_vec()),
        }
    }

    /// Waits for the end, but no longer than this.
    pub(crate) fn wait(&self, most: Duration) -> Progress {
        let mut book = self.book();
        if book.times.len() < self.requests {
            (book, _) = self.changed.wait_timeout(book, most).expect("nobody panicked");
        }
        let answered = book.times.len();
        Progress {
            is_over: answered == self.requests,
            init_error: book.init_error.clone(),
            messages: book.messages,
            doing: match book.init {
                None => "before it asked for an event".to_owned(),
                Some(_) => format!("before answer {} of {}", answered + 1, self.requests),
            },
        }
    }

    /// Nobody waits here any more.
    pub(crate) fn close(&self) {
        self.book().is_closed = true;
        self.changed.notify_all();
    }

    /// What came of it, where everything was answered.
    pub(crate) fn into_run(self, peak: u64) -> Run {
        let book = self.book.into_inner().expect("nobody panicked");
        let end = book.last_answer.unwrap_or(book.started);
        let cold = book.sent[0] + book.times[0] - book.started;
        Run {
            init: book.init.unwrap_or(cold),
            cold,
            elapsed: book.sent.get(1).map_or(Duration::ZERO, |second| end - *second),
            warm: book.times.into_iter().skip(1).collect(),
            processor: match book.processor {
                [Some(before), Some(after)] => after.saturating_sub(before),
                _ => Duration::ZERO,
            },
            peak,
            answer: book.answer.unwrap_or(Answer::Nothing),
            differing: book.differing,
        }
    }

    fn next(&self, mut book: MutexGuard<'_, Book>, arrived: Instant) -> Option<Vec<u8>> {
        let init = arrived - book.started;
        book.init.get_or_insert(init);
        // The first request is alone, so that it says how long a cold start takes; after the
        // last there is none.
        let waits = |book: &mut Book| {
            let is_first_there = !book.times.is_empty();
            let sent = book.sent.len();
            !book.is_closed && (sent == self.requests || sent == 1 && !is_first_there)
        };
        book = self.changed.wait_while(book, waits).expect("nobody panicked");
        if book.is_closed {
            return None;
        }
        let number = book.sent.len();
        if number == 1 {
            book.processor[0] = book.process.map(processor_time);
        }
        if number > 0 {
            // The same pages again: a file that grows would cost the function more than the
            // pipe that it has in Lambda.
            let mut said = self.said;
            let _ = said.rewind();
        }
        let event = self.event.as_bytes();
        let response = protocol::invocation(&number.to_string(), event, "", TIME);
        book.sent.push(Instant::now());
        Some(response)
    }

    fn settle(
        &self,
        mut book: MutexGuard<'_, Book>,
        id: &str,
        answer: Answer,
        arrived: Instant,
    ) -> Vec<u8> {
        let number = id.parse::<usize>().ok();
        let Some(sent) = number.and_then(|number| book.sent.get(number).copied()) else {
            return NOT_FOUND.to_vec();
        };
        book.times.push(arrived - sent);
        book.last_answer = Some(arrived);
        match &book.answer {
            None => book.answer = Some(answer),
            Some(first) => book.differing += u32::from(*first != answer),
        }
        let answered = book.times.len();
        if answered == self.requests {
            book.processor[1] = book.process.map(processor_time);
        }
        if answered == 1 || answered == self.requests {
            self.changed.notify_all();
        }
        protocol::ACCEPTED.to_vec()
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().expect("nobody panicked")
    }
}

/// What Cognito gives a function.
const TIME: Duration = Duration::from_secs(5);

const NOT_FOUND: &[u8] = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";
