//! Files of cases: chosen by name, with mistakes, and missing.

use super::expectations::PASSING;
use super::{manifest, test};
use admit_tests::{check_golden, component, stderr, stdout};
use std::fs;

#[test]
fn a_filter_chooses_cases_by_name() {
    let folder = manifest(PASSING);
    let output = test(folder.path(), &["--filter", "a "]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("\n4 passed, 0 failed, 2 left out\n"), "{}", stdout(&output));
    let output = test(folder.path(), &["--filter", "nothing like it"]);
    assert_eq!(output.status.code(), Some(1));
    let said = "error: `cases.toml` has no case whose name contains `nothing like it`\n";
    assert_eq!(stderr(&output), said);
}

#[test]
fn a_mistake_is_shown_in_its_line() {
    let case = "[[case]]\nname = \"a\"\n";
    for (name, more) in [
        ("nothing-expected", "max-fuel = 7"),
        ("contradiction", "deny = \"closed\"\nconfirm = true"),
        ("misspelt-member", "admit = true\nevent = { username = \"al\" }"),
        ("no-event-file", "admit = true\nevent = \"nowhere.json\""),
        ("event-no-json", "admit = true\nevent = \"admit.toml\""),
        ("settings-of-a-manifest", "admit = true\nsettings = { characters = 5 }"),
        ("votes-of-many", "votes = { confirm = \"grant\" }"),
        ("unknown-policy", "policy = \"absent\"\nadmit = true"),
        ("doubled-name", "admit = true\n[[case]]\nname = \"a\"\nadmit = true"),
    ] {
        let folder = manifest(&format!("{case}{more}\n"));
        let output = test(folder.path(), &[]);
        assert_eq!((output.status.code(), stdout(&output)), (Some(1), String::new()), "{name}");
        check_golden(&format!("errors/cases-{name}.txt"), &stderr(&output));
    }
}

#[test]
fn missing_cases_are_an_error_with_an_example() {
    let folder = manifest(PASSING);
    fs::remove_file(folder.path().join("cases.toml")).unwrap();
    let output = test(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    check_golden("errors/cases-missing.txt", &stderr(&output));
    // The example in the error works.
    let (_, example) =
        stderr(&output).split_once("such as\n").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let minimum = component("minimum-username-length");
    fs::write(folder.path().join("cases.toml"), example).unwrap();
    let output = test(folder.path(), &[minimum.to_str().unwrap(), "--cases", "cases.toml"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}
