//! Reads the entries of one file: a JSON document, or one entry per line.

use super::entry::{Entry, LocatedEntry};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Adds the entries of a file with this name.
///
/// The file can be a single JSON value: an event, a list of events, or the output of `aws logs
/// filter-log-events` or `aws logs get-log-events`. Otherwise each line is an entry, beginning with
/// its first `{`: `aws logs tail` writes a time and the name of a stream before it.
pub(super) fn read(name: &str, bytes: &[u8], found: &mut Vec<LocatedEntry>) {
    let document = serde_json::from_slice::<&RawValue>(bytes).ok();
    let Some(document) = document else {
        let several = bytes.iter().filter(|byte| **byte == b'\n').take(2).count() > 1;
        for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            if !line.trim_ascii().is_empty() {
                // A file of a single line needs no line number.
                let is_alone = !several && index == 0;
                let place =
                    if is_alone { name.to_owned() } else { format!("{name}:{}", index + 1) };
                let entry = std::str::from_utf8(line)
                    .map_or_else(|_| Entry::Unreadable("not UTF-8".to_owned()), self::line);
                found.push(LocatedEntry { place, entry });
            }
        }
        return;
    };
    let document = document.get().trim();
    if let Ok(events) = serde_json::from_str::<Vec<&RawValue>>(document) {
        found.extend(events.iter().enumerate().map(|(index, event)| LocatedEntry {
            place: format!("{name}[{index}]"),
            entry: Entry::parse(event.get()),
        }));
    } else if let Ok(Log { events }) = serde_json::from_str(document) {
        found.extend(events.iter().enumerate().map(|(index, LogEvent { message })| LocatedEntry {
            place: format!("{name}: events[{index}]"),
            entry: line(message),
        }));
    } else {
        found.push(LocatedEntry { place: name.to_owned(), entry: Entry::parse(document) });
    }
}

/// The output of CloudWatch Logs.
#[derive(Deserialize)]
struct Log<'a> {
    #[serde(borrow)]
    events: Vec<LogEvent<'a>>,
}

#[derive(Deserialize)]
struct LogEvent<'a> {
    #[serde(borrow)]
    message: Cow<'a, str>,
}

/// Parses a line of a log. A line without an object was not written by the function.
fn line(text: &str) -> Entry {
    match text.find('{') {
        Some(start) => Entry::parse(text[start..].trim()),
        None => Entry::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &[(&str, &str)]) {
        let mut found = Vec::new();
        read("f", bytes, &mut found);
        let kinds: Vec<(String, String)> = found
            .into_iter()
            .map(|LocatedEntry { place, entry }| {
                let kind = format!("{entry:?}");
                let end = kind.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(kind.len());
                (place, kind[..end].to_owned())
            })
            .collect();
        let expected: Vec<(String, String)> =
            expected.iter().map(|(p, k)| ((*p).to_owned(), (*k).to_owned())).collect();
        assert_eq!(kinds, expected, "{}", String::from_utf8_lossy(bytes));
    }

    const EVENT: &str = r#"{"triggerSource":"T"}"#;

    #[test]
    fn a_file_is_a_document_or_has_an_entry_per_line() {
        check(EVENT.as_bytes(), &[("f", "Event")]);
        check(b"{\n  \"request\": {}\n}\n", &[("f", "Event")]);
        check(format!("[{EVENT},7]").as_bytes(), &[("f[0]", "Event"), ("f[1]", "Unreadable")]);
        let lines =
            format!("{EVENT}\n\n2026-11-22T15:33:20 2026/11/22/[$LATEST]ab {EVENT}\r\nEND\n");
        check(lines.as_bytes(), &[("f:1", "Event"), ("f:3", "Event"), ("f:4", "Other")]);
        check(b"{\"request\"", &[("f", "Unreadable")]);
        check(b"{}\n{\"\xff\":1}\n", &[("f:1", "Unreadable"), ("f:2", "Unreadable")]);
        check(b"", &[]);
        let message = serde_json::to_string(&format!("{EVENT}\n")).unwrap();
        let log = format!(
            r#"{{"events":[{{"logStreamName":"s","message":{message}}},{{"message":"REPORT"}}],"x":1}}"#
        );
        check(log.as_bytes(), &[("f: events[0]", "Event"), ("f: events[1]", "Other")]);
    }
}
