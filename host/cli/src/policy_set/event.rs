//! Reads events from files, with errors that point at the line.

use admit_build::source::Source;
use admit_cognito::{Event, EventError};
use admit_engine::read_at_most;
use anyhow::Context;
use serde::de::IgnoredAny;
use std::fs::File;
use std::io::stdin;
use std::path::Path;

/// The maximum size of a file with an event. An event has at most 1 MiB: a larger one gets the
/// error of an event that is too large.
const MAX_FILE_BYTES: u64 = 16 << 20;

/// Reads an event from a file, or from standard input if the path is `-`: its name and its bytes.
pub(crate) fn read(path: &Path) -> anyhow::Result<(String, Vec<u8>)> {
    let (name, bytes) = if path == Path::new("-") {
        ("standard input".to_owned(), read_at_most(stdin(), MAX_FILE_BYTES))
    } else {
        let bytes = File::open(path).and_then(|file| read_at_most(file, MAX_FILE_BYTES));
        (path.display().to_string(), bytes)
    };
    let bytes = bytes.with_context(|| format!("cannot read the event `{name}`"))?;
    Ok((name, bytes))
}

/// Parses an event; its name is for the error alone.
pub(crate) fn parse<'a>(name: &str, bytes: &'a [u8]) -> anyhow::Result<Event<'a>> {
    Event::parse(bytes).map_err(|error| match (&error, std::str::from_utf8(bytes)) {
        (EventError::NotJson(_), Ok(text)) => {
            // Once more, since the event's own error counts without the space before it.
            match serde_json::from_str::<IgnoredAny>(text) {
                Err(found) => {
                    let source = Source { file: name.to_owned(), text: text.to_owned() };
                    source.json_error("the event is not JSON", &found)
                }
                Ok(_) => anyhow::Error::new(error).context(name.to_owned()),
            }
        }
        _ => anyhow::Error::new(error).context(name.to_owned()),
    })
}
