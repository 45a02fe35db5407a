//! The event of the pre sign-up trigger: reads it, and writes the flags into its text.

use crate::members::{Members, Text};
use admit_core::{Entries, Flag, Flags, PerFlag, SignUp};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::ops::Range;
use thiserror::Error;

/// One pre sign-up event, as Cognito sent it.
#[derive(Debug)]
pub struct Event<'a> {
    text: &'a str,
    sign_up: SignUp<'a>,
    slots: Slots,
}

/// Why something is no pre sign-up event. No text of the event is in it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EventError {
    /// There is too much of it.
    #[error("the event is larger than {} KiB", Event::MAX_BYTES >> 10)]
    TooLarge,
    /// The bytes are not text.
    #[error("the event is not UTF-8, from byte {0} on")]
    NotText(usize),
    /// The text is not JSON.
    #[error("the event is not JSON: {0}")]
    NotJson(String),
    /// A member is of the wrong kind.
    #[error("{member} is {found}, expected an object")]
    NotAnObject {
        /// Which.
        member: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// It is the event of another trigger.
    #[error("`triggerSource` is not that of a pre sign-up trigger, such as `PreSignUp_SignUp`")]
    OtherTrigger,
    /// It is the event of no trigger.
    #[error("the event has no `triggerSource`, such as `PreSignUp_SignUp`")]
    NoTrigger,
    /// A member is not there that every event of Cognito has.
    #[error("the event has no {0}")]
    Lacks(&'static str),
    /// A member is there twice, and two readers could disagree on which counts.
    #[error("{0} has the same member twice")]
    Doubled(&'static str),
}

/// Where the flags go: each in the place of a value, or at the end of an object.
#[derive(Debug)]
struct Slots {
    flags: PerFlag<Option<Range<usize>>>,
    rest: Rest,
}

/// Where the flags go that the event does not have.
#[derive(Debug)]
enum Rest {
    /// At the end of `response`, whose closing brace is here.
    IntoResponse { end: usize, empty: bool },
    /// As a new `response` in this place.
    Instead(Range<usize>),
    /// As a new `response` at the end of the event, whose closing brace is here.
    IntoEvent { end: usize },
}

/// The triggers that Cognito is known to send; more may come.
pub const TRIGGERS: [&str; 3] =
    ["PreSignUp_SignUp", "PreSignUp_AdminCreateUser", "PreSignUp_ExternalProvider"];

/// What the triggers of a sign-up begin with, those too that Cognito may come to have.
const PRE_SIGN_UP: &str = "PreSignUp_";

/// The member of `response` that sets a flag.
fn member_of(flag: Flag) -> &'static str {
    match flag {
        Flag::Confirm => "autoConfirmUser",
        Flag::VerifyEmail => "autoVerifyEmail",
        Flag::VerifyPhone => "autoVerifyPhone",
    }
}

const EVENT: &str = "the event";
const CALLER: &str = "`callerContext`";
const REQUEST: &str = "`request`";
const RESPONSE: &str = "`response`";

impl<'a> Event<'a> {
    /// The most bytes of an event that is read: some ten times what Cognito's own quotas let
    /// a sign-up have. Reading takes up to fourteen times as much memory.
    pub const MAX_BYTES: usize = 1 << 20;

    /// Reads an event: one of the pre sign-up trigger, with `callerContext` and `request`. It may
    /// lack any other member, and have more.
    ///
    /// The test events of AWS's documentation, which are sent from Lambda's console, are events too:
    /// they have no trigger, but a `response`, and a `userName` or a `request`.
    pub fn parse(bytes: &'a [u8]) -> Result<Event<'a>, EventError> {
        if bytes.len() > Event::MAX_BYTES {
            return Err(EventError::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|e| EventError::NotText(e.valid_up_to()))?;
        // JSON's white space around the event is no part of it.
        let text = text.trim_matches([' ', '\t', '\n', '\r']);
        let event = Object::whole(text)?;
        event.check_kind()?;
        let caller = event.object("callerContext", CALLER)?;
        let request = event.object("request", REQUEST)?;
        let sign_up = SignUp {
            trigger_source: event.text("triggerSource")?,
            region: event.text("region")?,
            user_pool_id: event.text("userPoolId")?,
            client_id: caller.text("clientId")?,
            user_name: event.text("userName")?,
            user_attributes: request.object("userAttributes", "`userAttributes`")?.entries()?,
            validation_data: request.object("validationData", "`validationData`")?.entries()?,
            client_metadata: request.object("clientMetadata", "`clientMetadata`")?.entries()?,
        };
        let slots = slots(text, &event)?;
        Ok(Event { text, sign_up, slots })
    }

    /// The sign-up that the event is about.
    pub fn sign_up(&self) -> &SignUp<'a> {
        &self.sign_up
    }

    /// Whether Cognito disregards the flags of the answer: it does when an administrator
    /// creates the user. A denial still denies.
    pub fn flags_are_ignored(&self) -> bool {
        self.sign_up.trigger_source == "PreSignUp_AdminCreateUser"
    }

    /// The event as it came, with the flags set.
    pub(crate) fn with_flags(&self, flags: Flags) -> String {
        let mut edits = Vec::new();
        let mut missing = Vec::new();
        for (flag, slot) in self.slots.flags.iter() {
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
            let (range, response) = match &self.slots.rest {
                Rest::IntoResponse { end, empty } => {
                    (*end..*end, format!("{}{missing}", comma(empty)))
                }
                Rest::Instead(range) => (range.clone(), format!("{{{missing}}}")),
                Rest::IntoEvent { end } => (*end..*end, format!(",\"response\":{{{missing}}}")),
            };
            edits.push((range, Cow::Owned(response)));
        }
        edits.sort_by_key(|(range, _)| range.start);
        let mut answer = String::with_capacity(self.text.len() + 96);
        let mut copied = 0;
        for (range, replacement) in edits {
            answer.push_str(&self.text[copied..range.start]);
            answer.push_str(&replacement);
            copied = range.end;
        }
        answer.push_str(&self.text[copied..]);
        answer
    }
}

/// A JSON object, or the absence of one, with the name by which errors call it.
struct Object<'a> {
    name: &'static str,
    members: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> Object<'a> {
    /// The event itself, which nobody has read before.
    fn whole(text: &'a str) -> Result<Object<'a>, EventError> {
        if text.starts_with('{') {
            return Object::parse(EVENT, text);
        }
        let value = serde_json::from_str(text).map_err(not_json)?;
        Object::new(EVENT, value)
    }

    fn new(name: &'static str, value: &'a RawValue) -> Result<Object<'a>, EventError> {
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

    /// Refuses what Cognito does not send to a pre sign-up trigger: its person would be asked
    /// nothing that depends on the trigger, the pool or the client.
    fn check_kind(&self) -> Result<(), EventError> {
        let Some(trigger) = self.member("triggerSource")? else {
            let response = self.member("response")?;
            let is_there = |name| self.member(name).map(|value| value.is_some());
            let is_test = response.is_some_and(|response| kind(response) == "an object")
                && (is_there("userName")? || is_there("request")?);
            return if is_test { Ok(()) } else { Err(EventError::NoTrigger) };
        };
        let word = if kind(trigger) == "a string" { text(trigger)? } else { None };
        if !word.is_some_and(|word| word.starts_with(PRE_SIGN_UP)) {
            return Err(EventError::OtherTrigger);
        }
        for (key, member) in [("callerContext", CALLER), ("request", REQUEST)] {
            match self.member(key)?.map(kind) {
                None => return Err(EventError::Lacks(member)),
                Some("an object") => {}
                Some(found) => return Err(EventError::NotAnObject { member, found }),
            }
        }
        Ok(())
    }

    fn member(&self, name: &str) -> Result<Option<&'a RawValue>, EventError> {
        let mut values =
            self.members.iter().filter(|(key, _)| key == name).map(|(_, value)| *value);
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            (_, Some(_)) => Err(EventError::Doubled(self.name)),
        }
    }

    /// A member that is an object. Absent and null mean the same: no members.
    fn object(&self, key: &str, name: &'static str) -> Result<Object<'a>, EventError> {
        match self.member(key)? {
            Some(value) if value.get() != "null" => Object::new(name, value),
            _ => Ok(Object { name, members: Vec::new() }),
        }
    }

    /// A member that is a string; empty where there is none.
    fn text(&self, key: &str) -> Result<Cow<'a, str>, EventError> {
        let value = self.member(key)?.map(text).transpose()?;
        Ok(value.flatten().unwrap_or_default())
    }

    /// Every member as text, without those that are null.
    fn entries(self) -> Result<Entries<'a>, EventError> {
        let mut names: Vec<&str> = self.members.iter().map(|(name, _)| name.as_ref()).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(EventError::Doubled(self.name));
        }
        let entry = |(name, value)| Ok(text(value)?.map(|value| (name, value)));
        self.members.into_iter().filter_map(|member| entry(member).transpose()).collect()
    }
}

/// A value as text: a string's content, nothing for null, and else its JSON.
fn text(value: &RawValue) -> Result<Option<Cow<'_, str>>, EventError> {
    match (kind(value), value.get()) {
        ("null", _) => Ok(None),
        // Half a surrogate pair is JSON to one reader and none to another.
        ("a string", json) => match serde_json::from_str(json) {
            Ok(Text(text)) => Ok(Some(text)),
            Err(error) => Err(not_json(error)),
        },
        (_, json) => Ok(Some(Cow::Borrowed(json))),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what an error is mapped by")]
fn not_json(error: serde_json::Error) -> EventError {
    EventError::NotJson(error.to_string())
}

fn kind(value: &RawValue) -> &'static str {
    match value.get().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}

fn slots(text: &str, event: &Object<'_>) -> Result<Slots, EventError> {
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

/// Where a value stands in the text that it was parsed from.
fn range_in(text: &str, value: &RawValue) -> Range<usize> {
    let start = value.get().as_ptr() as usize - text.as_ptr() as usize;
    start..start + value.get().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Flags = Flags::all(true);

    /// What every event has.
    const BASE: &str = r#""triggerSource":"PreSignUp_SignUp","callerContext":{},"request":{}"#;

    /// An event with more members than that.
    fn with(members: &str) -> String {
        let members = members.strip_prefix('{').unwrap();
        let comma = if members == "}" { "" } else { "," };
        format!("{{{BASE}{comma}{members}")
    }

    fn check_answer(event: &str, answer: &str) {
        let event = with(event);
        assert_eq!(Event::parse(event.as_bytes()).unwrap().with_flags(ALL), with(answer));
    }

    #[test]
    fn only_the_flags_change() {
        check_answer(
            r#"{ "a" :1.50,"response": {"autoVerifyEmail":false, "x":[ ],"autoConfirmUser" : null,"autoVerifyPhone":"no"},"z":{"b":1,"b":2}}"#,
            r#"{ "a" :1.50,"response": {"autoVerifyEmail":true, "x":[ ],"autoConfirmUser" : true,"autoVerifyPhone":true},"z":{"b":1,"b":2}}"#,
        );
    }

    #[test]
    fn flags_that_are_not_there_are_added() {
        let flags = r#""autoConfirmUser":true,"autoVerifyEmail":true,"autoVerifyPhone":true"#;
        check_answer("{}", &format!(r#"{{"response":{{{flags}}}}}"#));
        check_answer(r#"{"a":1}"#, &format!(r#"{{"a":1,"response":{{{flags}}}}}"#));
        check_answer(r#"{"response":{}}"#, &format!(r#"{{"response":{{{flags}}}}}"#));
        check_answer(r#"{"response":null,"a":1}"#, &format!(r#"{{"response":{{{flags}}},"a":1}}"#));
        check_answer(
            r#"{"response":{"autoVerifyEmail":false}}"#,
            r#"{"response":{"autoVerifyEmail":true,"autoConfirmUser":true,"autoVerifyPhone":true}}"#,
        );
    }

    #[test]
    fn a_sign_up_is_what_the_event_says() {
        let event = br#"{"triggerSource":"PreSignUp_New","region":"r","userPoolId":"p","userName":"m\u00e4ry",
            "callerContext":{"clientId":"c"},"request":{"userAttributes":{"email":"a@b","n":null,
            "t":true,"i":12.0,"o":{"x": 1}},"validationData":null}}"#;
        let pair = |(a, b): (&'static str, &'static str)| (Cow::from(a), Cow::from(b));
        let expected = SignUp {
            trigger_source: "PreSignUp_New".into(),
            region: "r".into(),
            user_pool_id: "p".into(),
            client_id: "c".into(),
            user_name: "märy".into(),
            user_attributes: [("email", "a@b"), ("t", "true"), ("i", "12.0"), ("o", r#"{"x": 1}"#)]
                .map(pair)
                .to_vec(),
            ..SignUp::default()
        };
        assert_eq!(Event::parse(event).unwrap().sign_up(), &expected);
    }

    #[test]
    fn absent_null_and_empty_are_the_same() {
        let trigger = r#""triggerSource":"PreSignUp_SignUp""#;
        for event in [
            r#"{"callerContext":{},"request":{},T}"#,
            r#"{"callerContext":{"clientId":null},"request":{},"userName":null,T}"#,
            r#"{"callerContext":{},"request":{"userAttributes":{},"validationData":null},T}"#,
        ] {
            let event = event.replace('T', trigger);
            let trigger_source = "PreSignUp_SignUp".into();
            let expected = SignUp { trigger_source, ..SignUp::default() };
            assert_eq!(Event::parse(event.as_bytes()).unwrap().sign_up(), &expected);
        }
    }

    #[test]
    fn what_cognito_does_not_send_before_a_sign_up_is_refused() {
        let other =
            "`triggerSource` is not that of a pre sign-up trigger, such as `PreSignUp_SignUp`";
        let none = "the event has no `triggerSource`, such as `PreSignUp_SignUp`";
        let trigger = |trigger: &str| {
            format!(
                r#"{{"triggerSource":{trigger},"callerContext":{{}},"request":{{}},"response":{{}}}}"#
            )
        };
        for (event, error) in [
            ("{}".to_owned(), none),
            (r#"{"userName":"secret"}"#.to_owned(), none),
            (r#"{"request":{},"response":null}"#.to_owned(), none),
            (r#"{"response":{}}"#.to_owned(), none),
            (trigger("\"PostConfirmation_ConfirmSignUp\""), other),
            (trigger("\"presignup_signup\""), other),
            (trigger("null"), other),
            (trigger("[\"PreSignUp_SignUp\"]"), other),
            (with("{}").replace(r#","request":{}"#, ""), "the event has no `request`"),
            (with("{}").replace(r#""callerContext":{},"#, ""), "the event has no `callerContext`"),
            (with("{}").replace("{}", "null"), "`callerContext` is null, expected an object"),
        ] {
            let found = Event::parse(event.as_bytes()).map(|event| event.sign_up).unwrap_err();
            assert_eq!(found.to_string(), error, "{event}");
        }
        // What AWS gives for a test in the console.
        for event in [r#"{"userName":"rroe","response":{}}"#, r#"{"request":{},"response":{}}"#] {
            assert!(Event::parse(event.as_bytes()).is_ok(), "{event}");
        }
    }

    #[test]
    fn what_is_no_event_is_a_clear_error_without_its_text() {
        for (event, error) in [
            (&b"secret"[..], "the event is not JSON: expected value at line 1 column 1"),
            (b"", "the event is not JSON: EOF while parsing a value at line 1 column 0"),
            (b"{} {}", "the event is not JSON: trailing characters at line 1 column 4"),
            (b"\"secret\"", "the event is a string, expected an object"),
            (b"{\"request\":7,\"response\":{}}", "`request` is a number, expected an object"),
            (with("{\"response\":[]}").as_bytes(), "`response` is an array, expected an object"),
            (
                br#"{"request":{"userAttributes":"secret"},"response":{}}"#,
                "`userAttributes` is a string, expected an object",
            ),
            (
                with(r#"{"userName":"a","userName":"b"}"#).as_bytes(),
                "the event has the same member twice",
            ),
            (
                br#"{"request":{"userAttributes":{"email":"a","em\u0061il":"b"}},"response":{}}"#,
                "`userAttributes` has the same member twice",
            ),
            (
                with(r#"{"response":{"autoConfirmUser":1,"autoConfirmUser":2}}"#).as_bytes(),
                "`response` has the same member twice",
            ),
            (
                with(r#"{"userName":"secret\ud800"}"#).as_bytes(),
                "the event is not JSON: unexpected end of hex escape at line 1 column 14",
            ),
            (b"{\"a\":\"\xff\"}", "the event is not UTF-8, from byte 6 on"),
        ] {
            let found = Event::parse(event).unwrap_err().to_string();
            assert_eq!(found, error);
            assert!(!found.contains("secret"));
        }
    }

    #[test]
    fn a_deep_or_a_long_event_is_no_trouble() {
        let deep = with(&format!(r#"{{"x":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000)));
        assert!(Event::parse(deep.as_bytes()).is_ok());
        let long = with(&format!(r#"{{"userName":"{}"}}"#, "x".repeat(1_000_000)));
        assert_eq!(Event::parse(long.as_bytes()).unwrap().sign_up().user_name.len(), 1_000_000);
        let too_long = " ".repeat(Event::MAX_BYTES + 1);
        let error = Event::parse(too_long.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), "the event is larger than 1024 KiB");
    }
}
