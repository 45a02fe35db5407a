//! The README says what is so: its commands are run, its output compared.

use admit_tests::{
    admit, blocks, is_as_shown, root, section, stderr, stdout, target_of_projects, without_times,
};
use std::fs;

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

#[test]
fn the_main_job_prints_what_the_readme_shows() {
    let page = readme();
    let section = section(&page, "## Two commands");
    let command = blocks(section, "sh").remove(0);
    let args = command.trim().strip_prefix("cargo run -- ").expect("cargo run");
    let output = admit().args(args.split(' ')).output().unwrap();
    let (said, shown) =
        (without_times(&stdout(&output)), without_times(&blocks(section, "text")[0]));
    // Before it is the event.
    assert!(said.starts_with("{\n") && said.ends_with(&shown), "{said}");
}

#[test]
fn the_first_policy_is_made_and_tested_as_the_readme_says() {
    let page = readme();
    let section = section(&page, "## A first policy in five minutes");
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("corporate-email");
    let mut said = String::new();
    for command in blocks(section, "sh")[0].lines() {
        let command = command.strip_prefix("cargo run -- ").expect("cargo run");
        let command = command.replace("../corporate-email", project.to_str().unwrap());
        let mut admit = admit();
        admit.env("CARGO_TARGET_DIR", target_of_projects());
        let output = admit.args(command.split(' ')).output().unwrap();
        assert!(output.status.success(), "{command}: {}", stderr(&output));
        said = stdout(&output);
    }
    let shown = &blocks(section, "text")[0];
    assert!(is_as_shown(shown, &said), "{shown}{said}");
    let rule = fs::read_to_string(project.join("src/lib.rs")).unwrap();
    let bare =
        |text: &str| -> Vec<String> { text.lines().map(|line| line.trim().to_owned()).collect() };
    let (rule, shown) = (bare(&rule), bare(&blocks(section, "rust")[0]));
    assert!(rule.windows(shown.len()).any(|lines| lines == shown), "not in src/lib.rs");

    let manifest = blocks(section, "toml")[0].replace("../corporate-email", "corporate-email");
    fs::write(folder.path().join("admit.toml"), manifest).unwrap();
    let event = root().join("tests/events/sign-up.json");
    let mut admit = admit();
    admit.env("CARGO_TARGET_DIR", target_of_projects()).current_dir(folder.path());
    let output = admit.arg("eval").arg(event).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn the_samples_pass_the_gate_as_the_readme_says() {
    let page = readme();
    let section = section(&page, "## For security reviewers");
    let command = blocks(section, "sh").remove(0);
    let args = command.trim().strip_prefix("cargo run -- ").expect("cargo run");
    let output = admit().args(args.split(' ')).output().unwrap();
    assert_eq!(stdout(&output), blocks(section, "text")[0], "{}", stderr(&output));
}

#[test]
fn the_readme_is_short() {
    let page = readme();
    assert!(page.lines().count() <= 130, "{} lines", page.lines().count());
    let long: Vec<&str> = page.lines().filter(|line| line.chars().count() > 300).collect();
    assert_eq!(long, [""; 0]);
}
