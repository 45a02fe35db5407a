//! One event or one line of a log.

use crate::diff::summary::RecordedDecision;
use admit_core::printable;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Something that was found in a file.
#[derive(Debug)]
pub(crate) struct Found {
    /// Where, for the person who looks for it.
    pub(crate) place: String,
    pub(crate) entry: Entry,
}

/// What it is.
#[derive(Debug)]
pub(crate) enum Entry {
    /// An event by itself.
    Event(String),
    /// An event that the function stored.
    Stored(Stored),
    /// The record of a decision.
    Decision(RecordedDecision),
    /// Another line of a log, the function's or Lambda's.
    Other,
    /// Nothing that can be read, and why; no text of it is in that.
    Unreadable(String),
}

/// A line of type `stored-event`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stored {
    pub(crate) timestamp: String,
    pub(crate) request_id: String,
    /// None if it was too large.
    pub(crate) event: Option<String>,
}

/// The members by which one thing is told from another.
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
    /// Tells what a JSON text is.
    pub(crate) fn of(json: &str) -> Entry {
        let peek: Peek<'_> = match serde_json::from_str(json) {
            Ok(peek) => peek,
            // Of an object that is whole, some member is there twice: whose, the error says.
            Err(error) if error.is_data() => {
                return Entry::Unreadable(
                    "no object of which each member is there once".to_owned(),
                );
            }
            Err(error) => return Entry::Unreadable(format!("no JSON: {error}")),
        };
        let whole = |what: &str| Entry::Unreadable(format!("{what} is not as `admit` writes it"));
        match peek.kind.map(RawValue::get) {
            Some("\"stored-event\"") => {
                serde_json::from_str(json).map_or_else(|_| whole("a stored event"), Entry::Stored)
            }
            Some("\"decision\"") => serde_json::from_str(json)
                .map_or_else(|_| whole("the record of a decision"), Entry::Decision),
            Some(kind) if kind.starts_with('"') && peek.request.is_none() => Entry::Other,
            _ if [peek.trigger_source, peek.user_name, peek.request]
                .iter()
                .any(Option::is_some) =>
            {
                Entry::Event(json.to_owned())
            }
            _ => Entry::Unreadable(
                "no pre sign-up event: it has no `triggerSource`, no `userName` and no `request`"
                    .to_owned(),
            ),
        }
    }
}

impl Stored {
    /// The id of its request, fit to be shown.
    pub(crate) fn shown_id(&self) -> String {
        printable(&self.request_id, 64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_is_told_from_the_others() {
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
            let found = format!("{:?}", Entry::of(json));
            assert!(found.starts_with(expected), "{json}: {found}");
            assert!(expected == "Event" || !found.contains("secret"), "{found}");
        }
    }
}
