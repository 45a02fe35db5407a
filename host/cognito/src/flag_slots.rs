//! Writes the flags of an answer into the text of an event.

use crate::event_error::EventError;
use crate::object::Object;
use admit_core::{Flag, Flags, PerFlag};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::ops::Range;

const RESPONSE: &str = "response";

/// The places of the flags in the text of an event: each replaces a value or is appended to an
/// object.
#[derive(Debug)]
pub(crate) struct Slots {
    flags: PerFlag<Option<Range<usize>>>,
    rest: Rest,
}

/// The place of the flags that the event does not have.
#[derive(Debug)]
enum Rest {
    /// The end of `response`: the offset of its closing brace.
    IntoResponse { end: usize, empty: bool },
    /// A new `response` that replaces this range.
    Instead(Range<usize>),
    /// A new `response` at the end of the event: the offset of its closing brace.
    IntoEvent { end: usize },
}

/// Returns the member of `response` that sets a flag.
fn member_of(flag: Flag) -> &'static str {
    match flag {
        Flag::Confirm => "autoConfirmUser",
        Flag::VerifyEmail => "autoVerifyEmail",
        Flag::VerifyPhone => "autoVerifyPhone",
    }
}

impl Slots {
    /// Finds the places of the flags in the text of an event.
    pub(crate) fn find(text: &str, event: &Object<'_>) -> Result<Slots, EventError> {
        let Some(value) = event.member("response")? else {
            let rest = Rest::IntoEvent { end: text.rfind('}').unwrap_or(text.len()) };
            return Ok(Slots { flags: PerFlag::default(), rest });
        };
        let range = range_in(text, value);
        if value.get() == "null" {
            return Ok(Slots { flags: PerFlag::default(), rest: Rest::Instead(range) });
        }
        let response = Object::new(RESPONSE, value)?;
        let mut flags = PerFlag::default();
        for flag in Flag::ALL {
            flags[flag] = response.member(member_of(flag))?.map(|value| range_in(text, value));
        }
        let empty = response.members.is_empty();
        Ok(Slots { flags, rest: Rest::IntoResponse { end: range.end - 1, empty } })
    }

    /// Returns the text of the event with the flags set and otherwise unchanged.
    pub(crate) fn with_flags(&self, text: &str, flags: Flags) -> String {
        let mut edits = Vec::new();
        let mut missing = Vec::new();
        for (flag, slot) in self.flags.iter() {
            let (name, value) = (member_of(flag), flags[flag]);
            match slot {
                Some(range) => {
                    let value = if value { "true" } else { "false" };
                    edits.push((range.clone(), Cow::Borrowed(value)));
                }
                None => missing.push(format!("\"{name}\":{value}")),
            }
        }
        if !missing.is_empty() {
            let missing = missing.join(",");
            let comma = |empty: &bool| if *empty { "" } else { "," };
            let (range, response) = match &self.rest {
                Rest::IntoResponse { end, empty } => {
                    (*end..*end, format!("{}{missing}", comma(empty)))
                }
                Rest::Instead(range) => (range.clone(), format!("{{{missing}}}")),
                Rest::IntoEvent { end } => (*end..*end, format!(",\"response\":{{{missing}}}")),
            };
            edits.push((range, Cow::Owned(response)));
        }
        edits.sort_by_key(|(range, _)| range.start);
        let mut answer = String::with_capacity(text.len() + 96);
        let mut copied = 0;
        for (range, replacement) in edits {
            answer.push_str(&text[copied..range.start]);
            answer.push_str(&replacement);
            copied = range.end;
        }
        answer.push_str(&text[copied..]);
        answer
    }
}

/// Returns the range of a value in the text that it was parsed from.
fn range_in(text: &str, value: &RawValue) -> Range<usize> {
    let start = value.get().as_ptr() as usize - text.as_ptr() as usize;
    start..start + value.get().len()
}
