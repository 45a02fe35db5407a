//! The settings that Rust refuses are those that the others refuse.

use super::written;
use crate::snapshots::ENGINE;
use admit_core::{Failure, FailureKind, Limits, Time};
use admit_tests::{EVERYWHERE, check_property};
use proptest::collection::vec;
use proptest::sample::select;
use serde_json::{Map, Value, json};

/// Values that may stand in the place of others. The host hands over what it has read as JSON, so
/// that no key comes twice and each text is one.
fn values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(5),
        json!(-1),
        json!(5.0),
        json!(-0.0),
        json!(5.5),
        json!(1e-7),
        json!(1e21),
        json!(1e300),
        json!(4_294_967_295_u64),
        json!(4_294_967_296_u64),
        json!(9_007_199_254_740_993_u64),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(""),
        json!("5"),
        json!("a.example"),
        json!("A.Example."),
        json!("a.example\n"),
        json!("\u{212a}.example"),
        json!("a\0"),
        json!("😀"),
        json!("0".repeat(64)),
        json!("０".repeat(64)),
        json!([]),
        json!([null]),
        json!([5]),
        json!([[]]),
        json!([""]),
        json!(["a.example", "b\u{85}"]),
        json!(["a.example", "B_-.example."]),
        json!(["0".repeat(64), "aF".repeat(32)]),
        json!({}),
        json!({ "0": "a.example" }),
        json!({ "__proto__": [] }),
    ]
}

const KEYS: [&str; 14] = [
    "domains",
    "sha256",
    "key",
    "characters",
    "Domains",
    "domains ",
    "sha-256",
    "",
    "__proto__",
    "constructor",
    "self",
    "length",
    "кey",
    "😀",
];

#[test]
fn the_same_settings_are_refused() {
    let limits = Limits { time: Time::from_millis(4_000), ..Limits::default() };
    for name in EVERYWHERE {
        written(name, |written| {
            let (mut taken, mut refused) = (0, 0);
            let mut check = |settings: &Value| {
                let settings = settings.to_string();
                let tried = |compiled| {
                    let tried = ENGINE.check_settings(compiled, &limits, &settings);
                    tried.map(|_| ()).as_ref().map_err(Failure::kind).copied()
                };
                let rust = tried(&written[0].compiled);
                match rust {
                    Ok(()) => taken += 1,
                    Err(FailureKind::SettingsRefused) => refused += 1,
                    Err(_) => panic!("{name}: {settings}: {rust:?}"),
                }
                for other in &written[1..] {
                    let found = tried(&other.compiled);
                    assert_eq!(found, rust, "{name} in {}: {settings}", other.language);
                }
            };
            let own = if name == "invitation-code" { &KEYS[1..3] } else { &KEYS[..4] };
            for key in own {
                for value in values() {
                    check(&json!({ *key: value }));
                    check(&json!({ "sha256": [], *key: value }));
                }
            }
            let settings = vec((select(&KEYS[..]), select(values())), 0..4);
            check_property(name, 100, &settings, |settings| {
                let settings = settings.into_iter().map(|(key, value)| (key.to_owned(), value));
                check(&settings.collect::<Map<_, _>>().into());
            });
            assert!(taken > 0 && refused > 100, "{name}: {taken} taken, {refused} refused");
        });
    }
}
