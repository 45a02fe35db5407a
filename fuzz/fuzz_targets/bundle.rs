//! Fuzzes the index of a bundle.

#![no_main]

use admit_engine::Digest;
use admit_engine::bundle::Index;
use libfuzzer_sys::fuzz_target;

/// Any text is the index of a bundle or an error.
///
/// - Nothing is an index that is not sealed with the digest of its content.
/// - What is sealed is an index or an error. An index that is written and read back is
///   written the same again.
/// - A sealed text of which one byte is changed, or in which there is one more, is none.
fn check((place, byte, text): (u16, u8, &str)) {
    if Index::from_text(text).is_ok() {
        assert!(is_sealed(text), "accepted without a seal");
    }

    let sealed = seal(text);
    check_changed(&sealed, usize::from(place) % sealed.len(), byte);
    if let Ok(index) = Index::from_text(&sealed) {
        let written = index.to_text().expect("an index can be written");
        let index = Index::from_text(&written).unwrap_or_else(|e| panic!("{e} in {written}"));
        assert_eq!(index.to_text().expect("an index can be written"), written);
        // The digest guards the content. Around it, every place has to be looked at.
        let content = sealed.len() - text.len() - "}\n".len();
        (0..=content).for_each(|place| check_changed(&sealed, place, byte));
        (sealed.len() - 2..sealed.len()).for_each(|place| check_changed(&sealed, place, byte));
    }
}

fn check_changed(sealed: &str, place: usize, byte: u8) {
    let mut changed = sealed.as_bytes().to_vec();
    changed[place] ^= byte.max(1);
    check_refused(changed);
    let mut longer = sealed.as_bytes().to_vec();
    longer.insert(place, byte);
    check_refused(longer);
}

fn check_refused(bytes: Vec<u8>) {
    if let Ok(text) = String::from_utf8(bytes) {
        assert!(Index::from_text(&text).is_err(), "accepted after a change: {text:?}");
    }
}

fn seal(content: &str) -> String {
    format!("{{\"digest\": \"{}\",\n\"bundle\": {content}}}\n", Digest::new(content.as_bytes()))
}

fn is_sealed(text: &str) -> bool {
    let content = text.split_once("\n\"bundle\": ").and_then(|(_, rest)| rest.strip_suffix("}\n"));
    content.is_some_and(|content| seal(content) == text)
}

fuzz_target!(|input: (u16, u8, &str)| check(input));
