//! Fuzzes manifests.

#![no_main]

use admit_core::{FileError, Limits, Manifest, RawManifest, Size, Time};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// Any text is a manifest or an error.
///
/// - What an error points at lies inside the text, and it says what is wrong.
/// - A manifest asks for no more than the ceilings, and none of its policies may take
///   longer than all of them together.
/// - A manifest written to a bundle and read back is the same manifest.
fn check(text: &str) {
    match Manifest::from_toml("admit.toml", text) {
        Err(error) => check_error(text, &error),
        Ok(manifest) => {
            check_limits(&manifest);
            let json = serde_json::to_string(&RawManifest::from(manifest.clone()))
                .expect("a manifest can be written");
            let raw: RawManifest =
                serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error} in {json}"));
            assert_eq!(Manifest::try_from(raw), Ok(manifest), "in {json}");
        }
    }
}

fn check_error(text: &str, error: &FileError) {
    let FileError { file, line, column, message, span, .. } = error;
    assert!(text.get(span.clone()).is_some(), "{span:?} is not in the text");
    let here = text.split('\n').nth(line - 1).expect("a line of the text");
    assert!((1..=here.chars().count() + 1).contains(column), "no column {column} in {here:?}");
    assert!(!message.trim().is_empty());
    assert!(error.to_string().starts_with(&format!("{file}:{line}:{column}: ")), "{error}");
}

fn check_limits(manifest: &Manifest) {
    assert!(manifest.budget <= Manifest::MAX_BUDGET);
    let ceiling = measures(&Limits::MAX);
    for policy in &manifest.policies {
        assert!(policy.limits.time <= manifest.budget);
        for (asked, most) in measures(&policy.limits).iter().zip(&ceiling) {
            assert!(asked.0 == most.0 && asked.1 <= most.1, "{asked:?}, at most {most:?}");
        }
    }
}

/// Every limit by its name, so that none is forgotten here that is new there.
fn measures(limits: &Limits) -> Vec<(String, u64)> {
    let Ok(Value::Object(limits)) = serde_json::to_value(limits) else { panic!("an object") };
    limits.into_iter().map(|(name, limit)| (name, measure(&limit))).collect()
}

fn measure(limit: &Value) -> u64 {
    match limit {
        Value::String(text) => match Time::try_from(text.clone()) {
            Ok(time) => time.duration().as_millis().try_into().expect("no eternity"),
            Err(_) => Size::try_from(text.clone()).expect("a time or a size").bytes(),
        },
        number => number.as_u64().expect("a time, a size or a number"),
    }
}

fuzz_target!(|text: &str| check(text));
