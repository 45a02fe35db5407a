//! Fuzzes events and the replies to them.

#![no_main]

use admit_cognito::{Event, Reply};
use admit_core::{Answer, PerFlag};
use libfuzzer_sys::fuzz_target;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

const FLAGS: [&str; 3] = ["autoConfirmUser", "autoVerifyEmail", "autoVerifyPhone"];

/// Any bytes are an event or an error. To an event, and to each combination of the flags:
///
/// - the reply is an event of the same sign-up;
/// - its members are those of the event, in their order, each to the byte, but for the
///   three flags in `response`, which are there once and as answered;
/// - the reply to the reply is the reply itself, for all flags;
/// - an event that has these flags already comes back to the byte.
fn check(bytes: &[u8]) {
    let Ok(event) = Event::parse(bytes) else { return };
    let text = std::str::from_utf8(bytes).expect("an event is text");
    let before = read(text);
    for bits in 0..8 {
        let values = [0, 1, 2].map(|bit| bits >> bit & 1 == 1);
        let given = reply(&event, values);
        let again = Event::parse(given.as_bytes()).expect("a reply is an event");
        assert_eq!(again.sign_up(), event.sign_up(), "the sign-up changed");

        let after = read(&given);
        assert_eq!(after.flags, values.map(|value| vec![value.to_string()]), "in {given}");
        assert_eq!(after.others, before.others, "in {given}");

        assert_eq!(reply(&again, values), given, "the second reply differs");
        let opposite = reply(&event, values.map(|value| !value));
        let opposite = Event::parse(opposite.as_bytes()).expect("a reply is an event");
        assert_eq!(reply(&opposite, values), given, "flags of the event show in the reply");
        if before.flags == after.flags {
            assert_eq!(given, text.trim_matches([' ', '\t', '\n', '\r']));
        }
    }
}

fn reply(event: &Event<'_>, values: [bool; 3]) -> String {
    let flags = PerFlag::from_fn(|flag| values[flag as usize]);
    match Reply::new(event, &Answer::Admit(flags.into())) {
        Reply::Event(text) => text,
        Reply::Error(error) => panic!("an admission became {error:?}"),
    }
}

/// An event as far as a reply is concerned.
struct Read {
    /// The values of each flag.
    flags: [Vec<String>; 3],
    /// The members of the event and those of `response`, without the flags.
    others: [Vec<(String, String)>; 2],
}

/// Reads an event with nothing in common with the code under test but the JSON reader.
fn read(text: &str) -> Read {
    let mut read = Read { flags: Default::default(), others: Default::default() };
    for (name, value) in members(text) {
        if name != "response" {
            read.others[0].push((name, value.to_owned()));
        } else if value != "null" {
            for (name, value) in members(value) {
                match FLAGS.iter().position(|flag| *flag == name) {
                    Some(flag) => read.flags[flag].push(value.to_owned()),
                    None => read.others[1].push((name, value.to_owned())),
                }
            }
        }
    }
    read
}

/// The members of a JSON object, doubled ones too, each value as its text.
fn members(text: &str) -> Vec<(String, &str)> {
    struct Members;

    impl<'de> Visitor<'de> for Members {
        type Value = Vec<(String, &'de str)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::new();
            while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                members.push((name, value.get()));
            }
            Ok(members)
        }
    }

    serde_json::Deserializer::from_str(text).deserialize_map(Members).expect("an object")
}

fuzz_target!(|bytes: &[u8]| check(bytes));
