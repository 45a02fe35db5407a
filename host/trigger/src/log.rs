//! Standard output, which is the log: one JSON object a line, and none too long for CloudWatch.

use serde::Serialize;
use std::io::{Write, stdout};

/// What no line reaches, in bytes, with its end: a longer one might be cut on its way.
pub(crate) const MOST: usize = 256 << 10;

/// The bytes that a line of a few policies has; a longer one makes room for itself.
const USUAL: usize = 2 << 10;

/// A line with its end; nothing if it is too long.
pub(crate) fn text(line: &impl Serialize) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(USUAL);
    serde_json::to_writer(&mut text, line).ok()?;
    text.push(b'\n');
    (text.len() < MOST).then_some(text)
}

/// Writes one line.
pub(crate) fn write(line: &impl Serialize) {
    if let Some(text) = text(line) {
        write_text(&text);
    }
}

/// Writes a line with its end.
pub(crate) fn write_text(text: &[u8]) {
    let mut out = stdout().lock();
    // Where the log cannot be written, the decision still can; and what was cut is not to
    // run on into the next line.
    if out.write_all(text).is_err() {
        let _ = out.write_all(b"\n");
    }
}

/// How many of these there is room for, from the first on, in a list of JSON.
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
        (size > MOST - ELSE).then_some(start)
    });
    match end {
        Some(end) => (&text[..end], Some(text.len() - end)),
        None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_by_what_it_takes_in_a_line() {
        assert_eq!(cut("a note"), ("a note", None));
        for c in ["x", "ä", "\"", "\u{1}"] {
            let text = c.repeat(MOST);
            let (kept, left_out) = cut(&text);
            let json = serde_json::to_string(kept).unwrap();
            assert!((MOST - (5 << 10)..MOST - (3 << 10)).contains(&json.len()), "{c:?}");
            assert_eq!(kept.len() + left_out.unwrap(), text.len(), "{c:?}");
        }
    }
}
