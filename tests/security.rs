//! `SECURITY.md` names tests that exist, and a row for every hostile guest.

use admit_tests::{hostile_guests, root};
use std::fs;

fn page() -> String {
    fs::read_to_string(root().join("SECURITY.md")).unwrap()
}

/// Everything between back ticks that looks like a file of the tests or of the host.
fn named_tests(page: &str) -> Vec<&str> {
    let quoted = page.split('`').skip(1).step_by(2);
    quoted.filter(|word| word.contains(".rs")).collect()
}

#[test]
fn every_test_that_is_named_exists() {
    let page = page();
    let named = named_tests(&page);
    assert!(named.len() > 50, "{named:?}");
    for test in named {
        let (file, name) = test.split_once("::").map_or((test, None), |(f, n)| (f, Some(n)));
        let text = fs::read_to_string(root().join(file)).unwrap_or_default();
        assert!(text.contains("#[test]"), "there are no tests in {file}");
        if let Some(name) = name {
            assert!(
                text.contains(&format!("#[test]\n    fn {name}(")) // inside a module
                || text.contains(&format!("#[test]\nfn {name}(")),
                "there is no test {test}"
            );
        }
    }
}

/// A threat without a test is a hope.
#[test]
fn every_threat_has_a_control_and_a_test() {
    let page = page();
    let section = page.split_once("## Threats\n").unwrap().1.split("\n## ").next().unwrap();
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() > 20);
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        assert!(cells.len() == 3 && cells.iter().all(|cell| !cell.is_empty()), "{row}");
        assert!(cells[2].contains('`'), "{row}");
    }
}

#[test]
fn every_hostile_guest_has_its_figures() {
    let page = page();
    for guest in hostile_guests() {
        let rows = page.lines().filter(|line| line.starts_with(&format!("| `{guest}` | ")));
        assert!(rows.count() >= 1, "{guest} has no row; `--example hostile` prints it");
    }
}
