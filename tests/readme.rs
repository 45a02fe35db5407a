//! The README says what is so: its commands are run, its output compared.

use admit_tests::{admit, cargo, root, section, stderr, stdout, without_times};
use std::fs;
use std::process::Command;

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

/// The first block of a language behind a heading.
fn block(heading: &str, language: &str) -> String {
    blocks(heading, language).remove(0)
}

fn blocks(heading: &str, language: &str) -> Vec<String> {
    admit_tests::blocks(section(&readme(), &format!("## {heading}")), language)
}

#[test]
fn the_main_job_prints_what_the_readme_shows() {
    let command = block("Two commands", "sh");
    let args = command.trim().strip_prefix("cargo run -- ").expect("cargo run");
    let output = admit().args(args.split(' ')).output().unwrap();
    let shown = block("Two commands", "text");
    assert_eq!(without_times(&stdout(&output)), without_times(&shown));
}

#[test]
fn the_first_policy_is_written_tested_and_tried_as_the_readme_says() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("no-plus-sign");
    let admit = admit().get_program().to_str().unwrap().to_owned();
    let run = |command: &str| {
        let command = command
            .replace("../no-plus-sign", project.to_str().unwrap())
            .replace("cargo run --", &admit);
        let clean = cargo();
        let unset = clean.get_envs().filter(|(_, value)| value.is_none()).map(|(name, _)| name);
        let mut shell = Command::new("sh");
        shell.args(["-e", "-c", &command]).current_dir(root());
        // Kept from run to run, since most of it is other people's crates.
        shell.env("CARGO_TARGET_DIR", root().join("target/readme"));
        unset.for_each(|name| {
            shell.env_remove(name);
        });
        let output = shell.output().unwrap();
        assert!(output.status.success(), "{command}{}", stderr(&output));
        stdout(&output)
    };
    let commands = blocks("A first policy in five minutes", "sh");
    run(&commands[0]);
    fs::write(project.join("src/lib.rs"), block("A first policy in five minutes", "rust")).unwrap();
    // The last command denies, which is a status of its own.
    let said = run(&format!("{} || test $? = 3", commands[1].trim_end()));
    assert!(said.contains("test denies_a_plus_sign ... ok"), "{said}");
    let said = without_times(&said);
    for line in without_times(&block("A first policy in five minutes", "text")).lines() {
        assert!(line == "…" || said.contains(line), "{line} is not in {said}");
    }
}

#[test]
fn the_manifest_of_the_first_policy_is_a_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = block("A first policy in five minutes", "toml");
    let component = admit_tests::component("puppet");
    let manifest = manifest.replace("\"../no-plus-sign\"", &format!("{component:?}"));
    fs::write(folder.path().join("admit.toml"), manifest).unwrap();
    let event = root().join("tests/events/sign-up.json");
    let output = admit().current_dir(folder.path()).arg("eval").arg(event).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

/// The defaults and ceilings that the README names are those of the code.
#[test]
fn the_limits_are_as_the_readme_says() {
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
    for row in readme().lines().filter(|line| line.starts_with("| `policy.limits.")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let key = cells[1].trim_matches('`').strip_prefix("policy.limits.").unwrap();
        let (default, most) = (cells[3].trim_matches('`'), cells[4].trim_matches('`'));
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
