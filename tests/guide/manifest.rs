//! The reference of the manifest names the keys that there are.

use super::chapters::chapter;
use admit_core::Manifest;
use admit_tests::{admit, root, section, stderr, table};
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
    let page = chapter("manifest.md");
    let mut rows = table(section(&page, "## Keys"), &HEADER);
    rows.extend(table(section(&page, "## Limits"), &HEADER));
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

/// The defaults and ceilings that the page names are those of the code.
#[test]
fn the_limits_are_as_the_page_says() {
    let folder = tempfile::tempdir().unwrap();
    let component = admit_tests::component("puppet");
    let check = |lines: &str, accepted: bool| {
        let manifest = format!(
            "[[policy]]\nid = \"p\"\ncomponent = {component:?}\nreads = []\nverdicts = []\n{lines}\n"
        );
        fs::write(folder.path().join("admit.toml"), manifest).unwrap();
        let event = root().join("tests/events/sign-up.json");
        let output = admit().current_dir(folder.path()).arg("eval").arg(event).output().unwrap();
        assert_eq!(output.status.success(), accepted, "{lines}: {}", stderr(&output));
    };
    let page = chapter("manifest.md");
    for cells in table(section(&page, "## Limits"), &HEADER) {
        let key = cells[0].trim_matches('`').strip_prefix("policy.limits.").unwrap();
        let (default, most) = (cells[2].trim_matches('`'), cells[3].trim_matches('`'));
        check(&format!("limits = {{ {key} = {default} }}"), true);
        let more = match most.strip_suffix('"') {
            Some(quoted) => {
                let digits: String = quoted.chars().filter(char::is_ascii_digit).collect();
                let more = digits.parse::<u64>().unwrap() + 1;
                quoted.replace(&digits, &more.to_string()) + "\""
            }
            None => format!("{most}1"),
        };
        check(&format!("limits = {{ {key} = {more} }}"), false);
    }
}
