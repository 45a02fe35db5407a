//! Events in files, and the errors in them, which point at the line.

use admit_build::source::Source;
use admit_cognito::{Event, EventError};
use serde::de::IgnoredAny;

/// Reads an event; its name is for the error alone.
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
