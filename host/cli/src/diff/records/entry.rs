//! An event, or a line of a log.

use crate::diff::summary::RecordedDecision;
use admit_core::{Facts, printable};
use serde::Deserialize;
use serde_json::value::RawValue;

/// An entry, and its place in a file.
#[derive(Debug)]
pub(crate) struct LocatedEntry {
    /// The place, for messages.
    pub(crate) place: String,
    pub(crate) entry: Entry,
}

/// An entry of a file, by its kind.
#[derive(Debug)]
pub(crate) enum Entry {
    /// An event.
    Event(String),
    /// An event that the function stored.
    Stored(Stored),
    /// The record of a decision.
    Decision(RecordedDecision),
    /// Another line of the log, written by the function or by Lambda.
    Other,
    /// An invalid entry. The reason does not quote it.
    Unreadable(String),
}

/// A line of type `stored-event`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stored {
    pub(crate) timestamp: String,
    pub(crate) request_id: String,
    /// The text of the event, or `None` if it was too large.
    pub(crate) event: Option<String>,
    /// The results of the look-ups.
    #[serde(default)]
    pub(crate) facts: Facts,
}

/// The members that tell the kinds of entries apart.
#[derive(Deserialize)]
struct Peek<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow, rename = "triggerSource")]
    trigger_source: Option<&'a RawValue>,
    #[serde(borrow, rename = "userName")]
    user_name: Option<&'a RawValue>,
    #[serde(borrow)]
    request: Option<&'a RawValue>,
}

impl Entry {
    /// Parses a JSON text and determines its kind.
    pub(crate) fn parse(json: &str) -> Entry {
        let peek: Peek<'_> = match serde_json::from_str(json) {
            Ok(peek) => peek,
            // serde's error would quote the duplicate member.
            Err(error) if error.is_data() => {
                return Entry::Unreadable("not an object with distinct members".to_owned());
            }
            Err(error) => return Entry::Unreadable(format!("not JSON: {error}")),
        };
        let invalid = |what: &str| Entry::Unreadable(format!("invalid {what}"));
        match peek.kind.map(RawValue::get) {
            Some("\"stored-event\"") => {
                serde_json::from_str(json).map_or_else(|_| invalid("stored event"), Entry::Stored)
            }
            Some("\"decision\"") => serde_json::from_str(json)
                .map_or_else(|_| invalid("record of a decision"), Entry::Decision),
            Some(kind) if kind.starts_with('"') && peek.request.is_none() => Entry::Other,
            _ if [peek.trigger_source, peek.user_name, peek.request]
                .iter()
                .any(Option::is_some) =>
            {
                Entry::Event(json.to_owned())
            }
            _ => Entry::Unreadable(
                "not a pre sign-up event: expected `triggerSource`, `userName` and `request`"
                    .to_owned(),
            ),
        }
    }
}

impl Stored {
    /// The id of its request, as printable text.
    pub(crate) fn shown_id(&self) -> String {
        printable(&self.request_id, 64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_of_entries_are_told_apart() {
        for (json, expected) in [
            (r#"{"triggerSource":"PreSignUp_SignUp"}"#, "Event"),
            (r#"{"request":{}}"#, "Event"),
            (r#"{"userName":"secret"}"#, "Event"),
            (r#"{"type":7,"request":{}}"#, "Event"),
            (r#"{"type":"new","request":{}}"#, "Event"),
            (r#"{"type":"note","message":"request"}"#, "Other"),
            (r#"{"type":"stored-event","timestamp":"t","requestId":"r","event":"{}"}"#, "Stored"),
            (r#"{"type":"stored-event","timestamp":"t","requestId":"r","event":null}"#, "Stored"),
            (r#"{"type":"stored-event","timestamp":"t","event":"{}"}"#, "Unreadable"),
            (r#"{"type":"decision","triggerSource":null}"#, "Unreadable"),
            (r#"{"name":"secret"}"#, "Unreadable"),
            (r#"{"type":"a","type":"secret"}"#, "Unreadable"),
            (r#"["secret"]"#, "Unreadable"),
            (r#"{"secret"#, "Unreadable"),
        ] {
            let found = format!("{:?}", Entry::parse(json));
            assert!(found.starts_with(expected), "{json}: {found}");
            assert!(expected == "Event" || !found.contains("secret"), "{found}");
        }
    }
}
