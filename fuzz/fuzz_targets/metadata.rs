//! Fuzzes what components say of themselves.

#![no_main]

use admit_component::ComponentInfo;
use admit_core::RawMetadata;
use admit_package::about::{About, ComponentSummary};
use libfuzzer_sys::fuzz_target;

/// The least component.
const COMPONENT: [u8; 8] = *b"\0asm\x0d\0\x01\0";

/// Any bytes are a component that is described or an error, and so is a component with any bytes as
/// what it says of itself.
///
/// - What is described is bounded, and stays what it is on its way through a bundle.
/// - Metadata that is read is written, and read again as the same.
fn check(bytes: &[u8]) {
    describe(bytes);
    let name = b"\x15admit:policy/metadata";
    let length = u32::try_from(name.len() + bytes.len()).expect("an input of a fuzzer is small");
    // LEB128, in five bytes.
    let length = [0, 7, 14, 21].map(|shift| (length >> shift) as u8 & 0x7f | 0x80);
    let with_metadata = [&COMPONENT[..], &[0], &length, &[0], name, bytes].concat();
    let info = ComponentInfo::parse(&with_metadata).expect("a component with a section");
    if let Some(Ok(metadata)) = info.metadata {
        let raw = RawMetadata::from(metadata.clone());
        let text = serde_json::to_string(&raw).expect("metadata can be written");
        let read: RawMetadata = serde_json::from_str(&text).expect("what is written is read");
        assert_eq!(admit_core::Metadata::try_from(read).expect("it is valid"), metadata);
    }
    describe(&with_metadata);
}

fn describe(bytes: &[u8]) {
    let Ok(summary) = ComponentSummary::of(bytes) else { return };
    let types = summary.imports.iter().map(|import| &import.types);
    let types = types.chain(summary.exports.iter().map(|export| &export.types)).flatten();
    assert!(types.count() <= 2_000 + summary.imports.len() + summary.exports.len());
    let about = About::of([bytes].into_iter()).expect("it was read above");
    let text = about.to_json().expect("it is small");
    let read = About::from_json(&text).expect("what is written is read");
    assert_eq!(read.to_json().expect("it is small"), text);
}

fuzz_target!(|bytes: &[u8]| check(bytes));
