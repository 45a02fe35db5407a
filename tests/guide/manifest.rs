//! The reference of the manifest names the keys that there are.

use super::chapters::chapter;
use admit_core::Manifest;
use admit_tests::{root, table};
use std::collections::BTreeSet;
use std::fs;

const HEADER: [&str; 4] = ["key", "meaning", "default", "most"];

/// The keys that the parser says it knows, where it meets one that it does not know.
fn known(manifest: &str) -> BTreeSet<String> {
    let error = Manifest::from_toml("admit.toml", manifest).unwrap_err().to_string();
    let expected = error.split_once("expected one of ").map(|(_, names)| names);
    let expected = expected.unwrap_or_else(|| panic!("{error}"));
    let names = expected.lines().next().unwrap().split('`').skip(1).step_by(2);
    names.map(str::to_owned).collect()
}

#[test]
fn every_key_has_a_row() {
    let rows = table(&chapter("manifest.md"), &HEADER);
    let named: Vec<&str> = rows.iter().map(|row| row[0].trim_matches('`')).collect();
    let below = |start: &str| -> BTreeSet<String> {
        let keys = named.iter().filter_map(|key| key.strip_prefix(start));
        keys.map(|key| key.split('.').next().unwrap().to_owned()).collect()
    };
    assert_eq!(below("policy."), known("[[policy]]\nunheard-of = 1\n"));
    assert_eq!(below("policy.limits."), known("[[policy]]\nlimits = { unheard-of = 1 }\n"));
    let top: BTreeSet<&str> = named.iter().map(|key| key.split('.').next().unwrap()).collect();
    let text = Manifest::from_toml("admit.toml", "unheard-of = 1\n").unwrap_err().to_string();
    assert!(top.iter().all(|key| text.contains(&format!("`{key}`"))), "{top:?}: {text}");
}

/// `tests/readme.rs` compares these with the code.
#[test]
fn the_rows_are_those_of_the_readme() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    assert_eq!(table(&chapter("manifest.md"), &HEADER), table(&readme, &HEADER));
}
