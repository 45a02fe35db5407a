//! The log on standard output: one JSON object a line, short enough for CloudWatch, and written
//! within [`write_timeout`] so that it does not delay the answer.
//!
//! A line that cannot be written is lost and counted. The next line that can be written is preceded
//! by one with the number of lost lines.

use crate::lost_lines::LostLines;
use crate::output::{Output, Unwritten};
use crate::write_timeout;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write, stderr, stdout};
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, Once, OnceLock, PoisonError};

/// The size in bytes that a line with its newline must stay below: CloudWatch might truncate a
/// longer one.
pub(crate) const MAX: usize = 256 << 10;

/// The initial capacity of a line, enough for a few policies.
const INITIAL_CAPACITY: usize = 2 << 10;

/// The log of this process.
static LOG: LazyLock<Log> = LazyLock::new(|| Log::new(Output::new(stdout())));

/// Serializes a line with its newline; returns `None` if it is too long.
pub(crate) fn text(line: &impl Serialize) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(INITIAL_CAPACITY);
    serde_json::to_writer(&mut text, line).ok()?;
    text.push(b'\n');
    (text.len() < MAX).then_some(text)
}

/// Serializes and writes a line.
pub(crate) fn write(line: &impl Serialize) {
    write_text(text(line).as_deref());
}

/// Writes a serialized line; `None` stands for one that is too long and counts as lost.
pub(crate) fn write_text(text: Option<&[u8]>) {
    LOG.write(text, Lost { lines: 1, decisions: 0 });
}

/// Writes the record of a decision, and returns whether it is in the log. A required record waits
/// for the reader even if an earlier line has timed out.
pub(crate) fn write_decision(text: Option<&[u8]>, is_required: bool) -> bool {
    write_timeout::release();
    let line = Lost { lines: 1, decisions: 1 };
    if !is_kept() {
        static IS_REPORTED: Once = Once::new();
        let why = io::Error::other("standard output is closed or `/dev/null`: no lines are kept");
        IS_REPORTED.call_once(|| LOG.report(line, &why));
    }
    LOG.write_with(text, line, is_required)
}

/// Returns whether standard output is kept at all.
pub(crate) fn is_kept() -> bool {
    !LOG.out.is_nowhere()
}

/// The writer for the lines of `tracing`, which writes each one with a single call.
pub(crate) struct Lines;

impl Write for Lines {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        write_text(Some(text));
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Log {
    out: Output,
    /// Standard error, to which the first lost line is reported at once.
    errors: OnceLock<Output>,
    state: Mutex<State>,
    released: Condvar,
}

#[derive(Default)]
struct State {
    /// Whether a thread is writing. `waiting` counts the threads that wait for it.
    is_taken: bool,
    waiting: usize,
    pending: Pending,
}

/// The text that must precede the next line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Pending {
    /// Whether the last line was truncated and has no newline.
    is_cut: bool,
    lost: Lost,
}

/// The number of lines that are not in the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Lost {
    lines: u64,
    /// The number of records of decisions among them.
    decisions: u64,
}

impl Log {
    fn new(out: Output) -> Log {
        let (errors, state) = (OnceLock::new(), Mutex::default());
        Log { out, errors, state, released: Condvar::new() }
    }

    /// Writes a line, or counts it as lost.
    fn write(&self, text: Option<&[u8]>, line: Lost) -> bool {
        self.write_with(text, line, false)
    }

    fn write_with(&self, text: Option<&[u8]>, line: Lost, is_waited_for: bool) -> bool {
        let written = match text.filter(|text| text.len() < MAX) {
            Some(text) => self.try_write(text, is_waited_for),
            None => Err(io::Error::other("the line is too long")),
        };
        let Err(why) = written else { return true };
        let mut state = self.state();
        let is_first = state.pending.lost == Lost::default();
        state.pending.lost.add(line);
        let lost = state.pending.lost;
        drop(state);
        if is_first {
            self.report(lost, &why);
        }
        false
    }

    /// Reports on standard error that lines are lost, with the reason.
    fn report(&self, lost: Lost, why: &io::Error) {
        if let Some(text) = self::text(&lost.line(Some(why))) {
            let errors = self.errors.get_or_init(|| Output::new(stderr()));
            // There is no other output to report to.
            let _ = errors.write(&text, false);
        }
    }

    fn try_write(&self, text: &[u8], is_waited_for: bool) -> io::Result<()> {
        let before = self.take()?;
        let mut pending = before;
        let written = self.write_with_pending(&mut pending, text, is_waited_for);
        let mut state = self.state();
        state.is_taken = false;
        state.pending.is_cut = pending.is_cut;
        if pending.lost != before.lost {
            // Other threads may have lost lines meanwhile.
            state.pending.lost.remove(before.lost);
        }
        if state.waiting > 0 {
            self.released.notify_one();
        }
        written
    }

    /// Reserves the log for this thread, or times out.
    fn take(&self) -> io::Result<Pending> {
        let mut state = self.state();
        if state.is_taken {
            state.waiting += 1;
            state = write_timeout::spend(|left| {
                let released =
                    self.released.wait_timeout_while(state, left, |state| state.is_taken);
                released.unwrap_or_else(PoisonError::into_inner).0
            });
            state.waiting -= 1;
        }
        if state.is_taken {
            return Err(io::Error::other("timed out: another line is being written"));
        }
        state.is_taken = true;
        Ok(state.pending)
    }

    fn write_with_pending(
        &self,
        pending: &mut Pending,
        text: &[u8],
        is_waited_for: bool,
    ) -> io::Result<()> {
        let prefix = pending.text();
        let whole = match prefix.is_empty() {
            true => Cow::Borrowed(text),
            false => Cow::Owned([prefix.as_slice(), text].concat()),
        };
        // After a timeout, only wait again once the reader has read some more.
        let is_first_try = pending.lost == Lost::default();
        let is_waited_for = is_waited_for || is_first_try;
        let Err(Unwritten { written, why }) = self.out.write(&whole, is_waited_for) else {
            *pending = Pending::default();
            return Ok(());
        };
        if written >= prefix.len() {
            pending.lost = Lost::default();
        }
        if written > 0 {
            pending.is_cut = written != prefix.len();
        }
        Err(why)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pending {
    /// Returns the text that must precede the next line.
    fn text(self) -> Vec<u8> {
        let mut text = if self.is_cut { b"\n".to_vec() } else { Vec::new() };
        if self.lost != Lost::default() {
            text.extend(self::text(&self.lost.line(None)).unwrap_or_default());
        }
        text
    }
}

impl Lost {
    fn add(&mut self, more: Lost) {
        self.lines += more.lines;
        self.decisions += more.decisions;
    }

    fn remove(&mut self, reported: Lost) {
        self.lines -= reported.lines;
        self.decisions -= reported.decisions;
    }

    fn line(self, why: Option<&io::Error>) -> LostLines {
        LostLines::now(self.lines, self.decisions, why)
    }
}

/// Returns how many items, from the first on, fit into a list of this size.
pub(crate) fn fitting<'a, T: Serialize + 'a>(
    items: impl Iterator<Item = &'a T>,
    mut room: usize,
) -> usize {
    let fits = |item: &&T| {
        let size = serde_json::to_vec(item).map_or(usize::MAX, |text| text.len() + ",".len());
        let left = room.checked_sub(size);
        room = left.unwrap_or(room);
        left.is_some()
    };
    items.take_while(fits).count()
}

/// Truncates a text to the room that a line has besides its other members. Also returns the number
/// of bytes that were left out.
pub(crate) fn cut(text: &str) -> (&str, Option<usize>) {
    // The room for the ids of the request and the policy, the member names, and a timestamp.
    const OTHER_MEMBERS: usize = 4 << 10;
    let escaped = |c: char| match c {
        '"' | '\\' => 2,
        c if c.is_ascii_control() => "\\u0000".len(),
        c => c.len_utf8(),
    };
    let mut size = 0;
    let end = text.char_indices().find_map(|(start, c)| {
        size += escaped(c);
        (size > MAX - OTHER_MEMBERS).then_some(start)
    });
    match end {
        Some(end) => (&text[..end], Some(text.len() - end)),
        None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{PipeReader, Read, pipe};
    use std::thread;
    use std::time::{Duration, Instant};

    const LINE: Lost = Lost { lines: 1, decisions: 0 };
    const DECISION: Lost = Lost { lines: 1, decisions: 1 };

    /// Returns a log that writes to a pipe, the reader of the log, and the reader of the errors.
    fn log() -> (Log, PipeReader, PipeReader) {
        let ((log, out), (reported, errors)) = (pipe().unwrap(), pipe().unwrap());
        let whole = Log::new(Output::new(&out));
        whole.errors.set(Output::new(&errors)).ok().unwrap();
        (whole, log, reported)
    }

    fn read(mut pipe: PipeReader) -> String {
        let mut text = String::new();
        pipe.read_to_string(&mut text).unwrap();
        text
    }

    fn line(number: usize, length: usize) -> Vec<u8> {
        format!("{{\"n\":{number},\"x\":\"{}\"}}\n", "x".repeat(length)).into_bytes()
    }

    /// Counts the complete lines, and sums up the lines about lost ones.
    fn sum(text: &str) -> (u64, Lost) {
        let (mut whole, mut lost) = (0, Lost::default());
        for line in text.lines() {
            match serde_json::from_str::<serde_json::Value>(line) {
                Ok(line) if line["type"] == "lost-lines" => lost.add(Lost {
                    lines: line["lines"].as_u64().unwrap(),
                    decisions: line["decisions"].as_u64().unwrap(),
                }),
                Ok(_) => whole += 1,
                Err(_) => {}
            }
        }
        (whole, lost)
    }

    #[test]
    fn a_stalled_reader_is_waited_for_once_and_gets_the_number_of_lost_lines() {
        for length in [100, 10_000, 200_000] {
            write_timeout::renew();
            let (log, mut reader, reported) = log();
            let text = line(0, length);
            let start = Instant::now();
            let kept: Vec<bool> = (0..2_000).map(|_| log.write(Some(&text), DECISION)).collect();
            // Waiting for each line would take more than three minutes.
            assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
            let kept = kept.into_iter().filter(|kept| *kept).count() as u64;
            assert!((1..2_000).contains(&kept) || length == 200_000, "{kept} of {length}");
            // The reader continues, and the next line is preceded by the number of lost ones.
            let mut first = vec![0; 50_000];
            reader.read_exact(&mut first).unwrap();
            let reading = thread::spawn(|| String::from_utf8(first).unwrap() + &read(reader));
            write_timeout::renew();
            assert!(log.write(Some(&line(2_000, 10)), LINE));
            let lost = Lost { lines: 2_000 - kept, decisions: 2_000 - kept };
            drop(log);
            assert_eq!(sum(&reading.join().unwrap()), (kept + 1, lost), "{length}");
            let reported = read(reported);
            assert_eq!(reported.lines().count(), 1, "{reported}");
            assert!(reported.contains(
                "\"lines\":1,\"decisions\":1,\"error\":\"timed out: the output is not read\""
            ));
        }
    }

    #[test]
    fn concurrent_threads_wait_no_longer_than_one() {
        let (log, _reader, _told) = log();
        thread::scope(|scope| {
            for _ in 0..32 {
                scope.spawn(|| {
                    let start = Instant::now();
                    while log.write(Some(&line(0, 10_000)), LINE) {}
                    assert!((0..20).all(|n| !log.write(Some(&line(n, 10_000)), LINE)));
                    // Waiting for each line would take more than a minute.
                    assert!(start.elapsed() < Duration::from_secs(20));
                });
            }
        });
    }

    #[test]
    fn a_closed_log_loses_every_line() {
        let ((reader, out), (reported, errors)) = (pipe().unwrap(), pipe().unwrap());
        drop(reader);
        let log = Log::new(Output::new(&out));
        log.errors.set(Output::new(&errors)).ok().unwrap();
        assert!((0..10).all(|n| !log.write(Some(&line(n, 10)), DECISION)));
        assert_eq!(log.state().pending.lost, Lost { lines: 10, decisions: 10 });
        drop((log, errors));
        let reported = read(reported);
        assert!(reported.contains("Broken pipe") && reported.lines().count() == 1, "{reported}");
    }

    #[test]
    fn a_line_larger_than_a_pipe_is_written_completely() {
        write_timeout::renew();
        let (log, reader, _told) = log();
        let reading = thread::spawn(|| read(reader));
        assert!((0..20).all(|n| log.write(Some(&line(n, 200_000)), LINE)));
        assert!(!log.write(Some(&line(0, MAX)), LINE), "it is too long");
        assert!(log.write(Some(&line(0, 10)), LINE));
        drop(log);
        assert_eq!(sum(&reading.join().unwrap()), (21, LINE));
    }

    #[test]
    fn a_text_is_truncated_by_its_escaped_length() {
        assert_eq!(cut("a note"), ("a note", None));
        for c in ["x", "ä", "\"", "\u{1}"] {
            let text = c.repeat(MAX);
            let (kept, left_out) = cut(&text);
            let json = serde_json::to_string(kept).unwrap();
            assert!((MAX - (5 << 10)..MAX - (3 << 10)).contains(&json.len()), "{c:?}");
            assert_eq!(kept.len() + left_out.unwrap(), text.len(), "{c:?}");
        }
    }
}
