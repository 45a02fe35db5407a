//! The event of the pre sign-up trigger.

use crate::event_error::{EventError, MAX_EVENT_BYTES};
use crate::flag_slots::Slots;
use crate::object::{Object, kind, text};
use admit_core::{Flags, Member, PerMember, SignUp};

/// One pre sign-up event, as Cognito sent it.
#[derive(Debug)]
pub struct Event<'a> {
    text: &'a str,
    sign_up: SignUp<'a>,
    slots: Slots,
}

/// The triggers that Cognito is known to send; more may come.
pub const TRIGGERS: [&str; 3] =
    ["PreSignUp_SignUp", "PreSignUp_AdminCreateUser", "PreSignUp_ExternalProvider"];

/// The prefix of every pre sign-up trigger, including any that Cognito may add.
const PRE_SIGN_UP: &str = "PreSignUp_";

impl<'a> Event<'a> {
    /// The maximum size of an event, about ten times what Cognito's quotas allow. Parsing takes up
    /// to fourteen times as much memory.
    pub const MAX_BYTES: usize = MAX_EVENT_BYTES;

    /// Parses an event of the pre sign-up trigger, which must have `callerContext` and `request`.
    /// Any other member may be absent, and unknown members are kept.
    ///
    /// The test events in AWS's documentation, which are sent from Lambda's console, are accepted
    /// too: they have no trigger, but a `response`, and a `userName` or a `request`.
    pub fn parse(bytes: &'a [u8]) -> Result<Event<'a>, EventError> {
        if bytes.len() > Event::MAX_BYTES {
            return Err(EventError::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|e| EventError::NotText(e.valid_up_to()))?;
        // JSON allows white space around the event.
        let text = text.trim_matches([' ', '\t', '\n', '\r']);
        let event = Object::whole(text)?;
        check_kind(&event)?;
        let caller = event.object("callerContext")?;
        let request = event.object("request")?;
        let mut members = PerMember::default();
        for member in Member::ALL {
            members[member] = request.object(member.name())?.entries()?;
        }
        let sign_up = SignUp {
            trigger_source: event.text("triggerSource")?,
            region: event.text("region")?,
            user_pool_id: event.text("userPoolId")?,
            client_id: caller.text("clientId")?,
            user_name: event.text("userName")?,
            members,
        };
        let slots = Slots::find(text, &event)?;
        Ok(Event { text, sign_up, slots })
    }

    /// Returns the sign-up that the event describes.
    pub fn sign_up(&self) -> &SignUp<'a> {
        &self.sign_up
    }

    /// Returns whether Cognito ignores the flags of the answer, as it does when an administrator
    /// creates the user. A denial still denies.
    pub fn flags_are_ignored(&self) -> bool {
        self.sign_up.trigger_source == "PreSignUp_AdminCreateUser"
    }

    /// Returns the text of the event with the flags set and otherwise unchanged.
    pub(crate) fn with_flags(&self, flags: Flags) -> String {
        self.slots.with_flags(self.text, flags)
    }
}

/// Rejects events that Cognito does not send to a pre sign-up trigger: policies that apply to
/// certain triggers, pools or clients would be skipped for them.
fn check_kind(event: &Object<'_>) -> Result<(), EventError> {
    let Some(trigger) = event.member("triggerSource")? else {
        let response = event.member("response")?;
        let is_there = |name| event.member(name).map(|value| value.is_some());
        let is_test = response.is_some_and(|response| kind(response) == "an object")
            && (is_there("userName")? || is_there("request")?);
        return if is_test { Ok(()) } else { Err(EventError::NoTrigger) };
    };
    let word = if kind(trigger) == "a string" { text(trigger)? } else { None };
    if !word.is_some_and(|word| word.starts_with(PRE_SIGN_UP)) {
        return Err(EventError::OtherTrigger);
    }
    for member in ["callerContext", "request"] {
        match event.member(member)?.map(kind) {
            None => return Err(EventError::Missing(member)),
            Some("an object") => {}
            Some(found) => return Err(EventError::NotAnObject { member, found }),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    const ALL: Flags = Flags::all(true);

    /// The members that every event has.
    const BASE: &str = r#""triggerSource":"PreSignUp_SignUp","callerContext":{},"request":{}"#;

    /// Returns an event with further members.
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
    fn absent_flags_are_added() {
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
    fn a_sign_up_has_the_members_of_the_event() {
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
            members: PerMember::default().with(
                Member::UserAttributes,
                [("email", "a@b"), ("t", "true"), ("i", "12.0"), ("o", r#"{"x": 1}"#)]
                    .map(pair)
                    .to_vec(),
            ),
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
    fn events_that_cognito_does_not_send_are_rejected() {
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
        // Test events of the AWS console.
        for event in [r#"{"userName":"rroe","response":{}}"#, r#"{"request":{},"response":{}}"#] {
            assert!(Event::parse(event.as_bytes()).is_ok(), "{event}");
        }
    }

    #[test]
    fn an_invalid_event_is_an_error_without_its_text() {
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
    fn a_deep_or_a_long_event_is_parsed() {
        let deep = with(&format!(r#"{{"x":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000)));
        assert!(Event::parse(deep.as_bytes()).is_ok());
        let long = with(&format!(r#"{{"userName":"{}"}}"#, "x".repeat(1_000_000)));
        assert_eq!(Event::parse(long.as_bytes()).unwrap().sign_up().user_name.len(), 1_000_000);
        let too_long = " ".repeat(Event::MAX_BYTES + 1);
        let error = Event::parse(too_long.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), "the event is larger than 1024 KiB");
    }
}
