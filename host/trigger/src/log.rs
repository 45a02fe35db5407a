//! Standard output, which is the log: one JSON object a line, none too long for CloudWatch, and
//! none that keeps an answer waiting for longer than [`write_timeout`] lasts.
//!
//! A line that cannot be written is lost and counted. The next one that can be written comes
//! behind one that says how many were.

use crate::lost_lines::LostLines;
use crate::output::{Output, Unwritten};
use crate::write_timeout;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write, stderr, stdout};
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, Once, OnceLock, PoisonError};

/// What no line reaches, in bytes, with its end: a longer one might be cut on its way.
pub(crate) const MAX: usize = 256 << 10;

/// The bytes that a line of a few policies has; a longer one makes room for itself.
const USUAL: usize = 2 << 10;

/// The log of this process.
static LOG: LazyLock<Log> = LazyLock::new(|| Log::new(Output::new(stdout())));

/// A line with its end; none if it is too long.
pub(crate) fn text(line: &impl Serialize) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(USUAL);
    serde_json::to_writer(&mut text, line).ok()?;
    text.push(b'\n');
    (text.len() < MAX).then_some(text)
}

/// Writes one line.
pub(crate) fn write(line: &impl Serialize) {
    write_text(text(line).as_deref());
}

/// Writes a line with its end; one that was too long is lost.
pub(crate) fn write_text(text: Option<&[u8]>) {
    LOG.write(text, Lost { lines: 1, decisions: 0 });
}

/// The same for the record of a decision. Says whether it is in the log. One that is required is
/// waited for, also where a line was waited for in vain before.
pub(crate) fn write_decision(text: Option<&[u8]>, is_required: bool) -> bool {
    write_timeout::release();
    let line = Lost { lines: 1, decisions: 1 };
    if !is_kept() {
        static IS_TOLD: Once = Once::new();
        let why = io::Error::other("standard output is closed, or `/dev/null`: nothing is kept");
        IS_TOLD.call_once(|| LOG.tell(line, &why));
    }
    LOG.write_with(text, line, is_required)
}

/// Whether there is a log at all.
pub(crate) fn is_kept() -> bool {
    !LOG.out.is_nowhere()
}

/// What writes the lines of `tracing`, which come one by one and whole.
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
    /// Who is told at once that lines are lost.
    errors: OnceLock<Output>,
    state: Mutex<State>,
    given_back: Condvar,
}

#[derive(Default)]
struct State {
    /// Whether a thread is writing, and how many wait for it.
    is_taken: bool,
    waiting: usize,
    debt: Debt,
}

/// What comes before the next line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Debt {
    /// Whether the last line has no end.
    is_cut: bool,
    lost: Lost,
}

/// Lines that are not in the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Lost {
    lines: u64,
    /// Those of them that are records of decisions.
    decisions: u64,
}

impl Log {
    fn new(out: Output) -> Log {
        let (errors, state) = (OnceLock::new(), Mutex::default());
        Log { out, errors, state, given_back: Condvar::new() }
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
        let is_first = state.debt.lost == Lost::default();
        state.debt.lost.add(line);
        let lost = state.debt.lost;
        drop(state);
        if is_first {
            self.tell(lost, &why);
        }
        false
    }

    /// Says on standard error that lines are lost, and why.
    fn tell(&self, lost: Lost, why: &io::Error) {
        if let Some(text) = self::text(&lost.line(Some(why))) {
            let errors = self.errors.get_or_init(|| Output::new(stderr()));
            // There is nobody else to tell.
            let _ = errors.write(&text, false);
        }
    }

    fn try_write(&self, text: &[u8], is_waited_for: bool) -> io::Result<()> {
        let before = self.take()?;
        let mut debt = before;
        let written = self.pay_and_write(&mut debt, text, is_waited_for);
        let mut state = self.state();
        state.is_taken = false;
        state.debt.is_cut = debt.is_cut;
        if debt.lost != before.lost {
            // Others may have lost some meanwhile.
            state.debt.lost.remove(before.lost);
        }
        if state.waiting > 0 {
            self.given_back.notify_one();
        }
        written
    }

    /// Takes the log for this thread, unless others keep it for too long.
    fn take(&self) -> io::Result<Debt> {
        let mut state = self.state();
        if state.is_taken {
            state.waiting += 1;
            state = write_timeout::spend(|left| {
                let given_back =
                    self.given_back.wait_timeout_while(state, left, |state| state.is_taken);
                given_back.unwrap_or_else(PoisonError::into_inner).0
            });
            state.waiting -= 1;
        }
        if state.is_taken {
            return Err(io::Error::other("other lines wait to be read"));
        }
        state.is_taken = true;
        Ok(state.debt)
    }

    fn pay_and_write(&self, debt: &mut Debt, text: &[u8], is_waited_for: bool) -> io::Result<()> {
        let owed = debt.text();
        let whole = match owed.is_empty() {
            true => Cow::Borrowed(text),
            false => Cow::Owned([owed.as_slice(), text].concat()),
        };
        // Who has been waited for in vain is waited for again when some more was read.
        let is_first_try = debt.lost == Lost::default();
        let is_waited_for = is_waited_for || is_first_try;
        let Err(Unwritten { written, why }) = self.out.write(&whole, is_waited_for) else {
            *debt = Debt::default();
            return Ok(());
        };
        if written >= owed.len() {
            debt.lost = Lost::default();
        }
        if written > 0 {
            debt.is_cut = written != owed.len();
        }
        Err(why)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Debt {
    /// What comes before the next line.
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

    fn remove(&mut self, told: Lost) {
        self.lines -= told.lines;
        self.decisions -= told.decisions;
    }

    fn line(self, why: Option<&io::Error>) -> LostLines {
        LostLines::now(self.lines, self.decisions, why)
    }
}

/// How many of these there is room for in a list, from the first on.
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

/// As much of a text as a line has room for besides all else, and how many bytes that leaves out.
pub(crate) fn cut(text: &str) -> (&str, Option<usize>) {
    // The id of a request and that of a policy, the names of the members, a time.
    const ELSE: usize = 4 << 10;
    let escaped = |c: char| match c {
        '"' | '\\' => 2,
        c if c.is_ascii_control() => "\\u0000".len(),
        c => c.len_utf8(),
    };
    let mut size = 0;
    let end = text.char_indices().find_map(|(start, c)| {
        size += escaped(c);
        (size > MAX - ELSE).then_some(start)
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

    /// A log that is read from a pipe, and what is told beside it.
    fn log() -> (Log, PipeReader, PipeReader) {
        let ((log, out), (told, errors)) = (pipe().unwrap(), pipe().unwrap());
        let whole = Log::new(Output::new(&out));
        whole.errors.set(Output::new(&errors)).ok().unwrap();
        (whole, log, told)
    }

    fn read(mut pipe: PipeReader) -> String {
        let mut text = String::new();
        pipe.read_to_string(&mut text).unwrap();
        text
    }

    fn line(number: usize, length: usize) -> Vec<u8> {
        format!("{{\"n\":{number},\"x\":\"{}\"}}\n", "x".repeat(length)).into_bytes()
    }

    /// The lines that are whole, but for those about lost ones, and the sum of what those say.
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
    fn who_does_not_read_is_waited_for_once_and_told_what_was_lost() {
        for length in [100, 10_000, 200_000] {
            write_timeout::renew();
            let (log, mut reader, told) = log();
            let text = line(0, length);
            let start = Instant::now();
            let kept: Vec<bool> = (0..2_000).map(|_| log.write(Some(&text), DECISION)).collect();
            // A wait for each would be more than three minutes.
            assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
            let kept = kept.into_iter().filter(|kept| *kept).count() as u64;
            assert!((1..2_000).contains(&kept) || length == 200_000, "{kept} of {length}");
            // It reads again, and what is written next says what is missing.
            let mut first = vec![0; 50_000];
            reader.read_exact(&mut first).unwrap();
            let reading = thread::spawn(|| String::from_utf8(first).unwrap() + &read(reader));
            write_timeout::renew();
            assert!(log.write(Some(&line(2_000, 10)), LINE));
            let lost = Lost { lines: 2_000 - kept, decisions: 2_000 - kept };
            drop(log);
            assert_eq!(sum(&reading.join().unwrap()), (kept + 1, lost), "{length}");
            let told = read(told);
            assert_eq!(told.lines().count(), 1, "{told}");
            assert!(told.contains("\"lines\":1,\"decisions\":1,\"error\":\"nobody reads it\""));
        }
    }

    #[test]
    fn many_at_once_wait_no_longer_than_one() {
        let (log, _reader, _told) = log();
        thread::scope(|scope| {
            for _ in 0..32 {
                scope.spawn(|| {
                    let start = Instant::now();
                    while log.write(Some(&line(0, 10_000)), LINE) {}
                    assert!((0..20).all(|n| !log.write(Some(&line(n, 10_000)), LINE)));
                    // A wait for each line would be more than a minute.
                    assert!(start.elapsed() < Duration::from_secs(20));
                });
            }
        });
    }

    #[test]
    fn a_log_that_is_closed_loses_every_line() {
        let ((reader, out), (told, errors)) = (pipe().unwrap(), pipe().unwrap());
        drop(reader);
        let log = Log::new(Output::new(&out));
        log.errors.set(Output::new(&errors)).ok().unwrap();
        assert!((0..10).all(|n| !log.write(Some(&line(n, 10)), DECISION)));
        assert_eq!(log.state().debt.lost, Lost { lines: 10, decisions: 10 });
        drop((log, errors));
        let told = read(told);
        assert!(told.contains("Broken pipe") && told.lines().count() == 1, "{told}");
    }

    #[test]
    fn a_line_that_is_larger_than_a_pipe_is_written_as_a_whole() {
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
    fn a_text_is_cut_by_what_it_takes_in_a_line() {
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
