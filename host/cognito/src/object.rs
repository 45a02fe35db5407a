//! A JSON object of an event, read without copying.

use crate::event_error::{EVENT, EventError};
use crate::members::{Members, Text};
use admit_core::Entries;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// A named JSON object, without members if the event does not have it.
pub(crate) struct Object<'a> {
    name: &'static str,
    pub(crate) members: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> Object<'a> {
    /// Parses the whole event.
    pub(crate) fn whole(text: &'a str) -> Result<Object<'a>, EventError> {
        if text.starts_with('{') {
            return Object::parse(EVENT, text);
        }
        let value = serde_json::from_str(text).map_err(not_json)?;
        Object::new(EVENT, value)
    }

    pub(crate) fn new(name: &'static str, value: &'a RawValue) -> Result<Object<'a>, EventError> {
        let found = kind(value);
        if found != "an object" {
            return Err(EventError::NotAnObject { member: name, found });
        }
        Object::parse(name, value.get())
    }

    fn parse(name: &'static str, text: &'a str) -> Result<Object<'a>, EventError> {
        let Members(members) = serde_json::from_str(text).map_err(not_json)?;
        Ok(Object { name, members })
    }

    pub(crate) fn member(&self, name: &str) -> Result<Option<&'a RawValue>, EventError> {
        let mut values =
            self.members.iter().filter(|(key, _)| key == name).map(|(_, value)| *value);
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            (_, Some(_)) => Err(EventError::Duplicate(self.name)),
        }
    }

    /// Returns a member that is an object. An absent or null member is an empty object.
    pub(crate) fn object(&self, name: &'static str) -> Result<Object<'a>, EventError> {
        match self.member(name)? {
            Some(value) if value.get() != "null" => Object::new(name, value),
            _ => Ok(Object { name, members: Vec::new() }),
        }
    }

    /// Returns a member as text, empty if it is absent or null.
    pub(crate) fn text(&self, key: &str) -> Result<Cow<'a, str>, EventError> {
        let value = self.member(key)?.map(text).transpose()?;
        Ok(value.flatten().unwrap_or_default())
    }

    /// Returns every member as text, without those that are null.
    pub(crate) fn entries(self) -> Result<Entries<Cow<'a, str>>, EventError> {
        let mut names: Vec<&str> = self.members.iter().map(|(name, _)| name.as_ref()).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(EventError::Duplicate(self.name));
        }
        let entry = |(name, value)| Ok(text(value)?.map(|value| (name, value)));
        self.members.into_iter().filter_map(|member| entry(member).transpose()).collect()
    }
}

/// Converts a value to text: the content of a string, `None` for null, and the JSON of any other
/// value.
pub(crate) fn text(value: &RawValue) -> Result<Option<Cow<'_, str>>, EventError> {
    match (kind(value), value.get()) {
        ("null", _) => Ok(None),
        // An unpaired surrogate is accepted by some JSON parsers and rejected by others.
        ("a string", json) => match serde_json::from_str(json) {
            Ok(Text(text)) => Ok(Some(text)),
            Err(error) => Err(not_json(error)),
        },
        (_, json) => Ok(Some(Cow::Borrowed(json))),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "passed to `map_err`")]
fn not_json(error: serde_json::Error) -> EventError {
    EventError::NotJson(error.to_string())
}

pub(crate) fn kind(value: &RawValue) -> &'static str {
    match value.get().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}
