//! Colours: on a terminal, and nowhere else.

use admit_tests::{admit, component, is_there, least_event, stderr, stdout};
use serde_json::Value;
use std::fs;
use std::process::{Command, Output};
use tempfile::TempDir;

const ESCAPE: char = '\u{1b}';

/// Commands that a person reads the output of: what is admitted, what is denied, an error
/// with its line, a warning, an error without a line, what a bundle changes, the help.
const COMMANDS: [&str; 7] = [
    "eval admitted.json --explain",
    "eval denied.json --explain",
    "eval --manifest broken.toml admitted.json",
    "eval --manifest unknown-trigger.toml admitted.json",
    "eval nowhere.json",
    "bundle -o bundle --check",
    "--help",
];

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let policy = "[[policy]]\nid = \"minimum\"\ncomponent = \"minimum.wasm\"\nreads = [\"userName\"]\n\
                  verdicts = [\"deny\"]\n";
    write("admit.toml", policy);
    write("broken.toml", &policy.replace("deny", "denied"));
    let elsewhere = "applies-to = { triggers = [\"PreSignUp_Another\"] }\n";
    write("unknown-trigger.toml", &format!("{policy}{elsewhere}"));
    write("admitted.json", &least_event("\"userName\":\"mary_major\","));
    write("denied.json", &least_event("\"userName\":\"al\","));
    let component = component("minimum-username-length");
    fs::copy(component, folder.path().join("minimum.wasm")).unwrap();
    folder
}

/// Without what the machine that runs the tests says about colours.
fn clean(command: &mut Command) -> &mut Command {
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI"] {
        command.env_remove(name);
    }
    command.env("TERM", "xterm-256color")
}

/// Runs a command with both its outputs on a terminal; what it writes.
fn on_a_terminal(folder: &TempDir, command: &str, variables: &[(&str, &str)]) -> String {
    let program = admit().get_program().to_str().unwrap().to_owned();
    let mut script = Command::new("script");
    script.args(["-qec", &format!("'{program}' {command}"), "/dev/null"]);
    clean(&mut script).envs(variables.iter().copied()).current_dir(folder.path());
    stdout(&script.output().unwrap()).replace("\r\n", "\n")
}

/// Runs a command with both its outputs in pipes.
fn in_pipes(folder: &TempDir, command: &str) -> Output {
    let mut admit = admit();
    clean(&mut admit).args(command.split(' ')).current_dir(folder.path()).output().unwrap()
}

/// A text without colours.
fn plain(text: &str) -> String {
    let mut parts = text.split(ESCAPE);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').expect("a colour").1)
}

/// A time is another in each run, and moves what stands in its column.
fn without_times(text: &str) -> String {
    let words = text.split(' ').filter(|word| !word.is_empty() && word.parse::<u32>().is_err());
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_terminal_gets_colours_and_the_same_words() {
    if !is_there("colours on a terminal", "script") {
        return;
    }
    let folder = folder();
    for command in COMMANDS {
        let colored = on_a_terminal(&folder, command, &[]);
        assert!(colored.contains(ESCAPE), "{command}: {colored}");
        let output = in_pipes(&folder, command);
        let said = format!("{}{}", stdout(&output), stderr(&output));
        assert!(!said.contains(ESCAPE), "{command}: {said}");
        // Help is as wide as the terminal.
        if command != "--help" {
            let line = |text: &str| {
                let mut lines: Vec<String> = text.lines().map(without_times).collect();
                lines.sort();
                lines
            };
            assert_eq!(line(&plain(&colored)), line(&said), "{command}");
        }
        for variables in [("NO_COLOR", "1"), ("CLICOLOR", "0"), ("TERM", "dumb")] {
            let plain = on_a_terminal(&folder, command, &[variables]);
            assert!(!plain.contains(ESCAPE), "{command} with {variables:?}: {plain}");
        }
    }
}

#[test]
fn important_words_are_emphasised() {
    if !is_there("words that stand out", "script") {
        return;
    }
    let folder = folder();
    let admitted = on_a_terminal(&folder, COMMANDS[0], &[]);
    assert!(admitted.contains("\u{1b}[32madmitted\u{1b}[0m, no flag set"), "{admitted}");
    let denied = on_a_terminal(&folder, COMMANDS[1], &[]);
    assert!(denied.contains("\u{1b}[31mdenies:\u{1b}[0m username-too-short"), "{denied}");
    assert!(denied.contains("\u{1b}[31mdenied\u{1b}[0m by minimum: "), "{denied}");
}

#[test]
fn the_color_option_decides() {
    let folder = folder();
    for command in COMMANDS.iter().take(6) {
        let output = in_pipes(&folder, &format!("{command} --color always"));
        let said = format!("{}{}", stdout(&output), stderr(&output));
        assert!(said.contains(ESCAPE), "{command}: {said}");
        if is_there("no colours on a terminal", "script") {
            let said = on_a_terminal(&folder, &format!("{command} --color never"), &[]);
            assert!(!said.contains(ESCAPE), "{command}: {said}");
        }
    }
}

/// Output for programs has none, on a terminal either.
#[test]
fn an_answer_and_json_have_no_colours() {
    let folder = folder();
    for command in [
        "eval denied.json",
        "eval denied.json --format json",
        "bundle -o bundle --check --format json",
        "build --format json -o copy.wasm",
        "schema admit",
    ] {
        let command = match command.strip_prefix("build") {
            None => command.to_owned(),
            Some(rest) => {
                let project = admit_tests::root().join("plugins/email-domain");
                format!("build {}{rest}", project.display())
            }
        };
        let output = in_pipes(&folder, &format!("{command} --color always"));
        let said = stdout(&output);
        assert!(!said.contains(ESCAPE), "{command}: {said}");
        serde_json::from_str::<Value>(&said).unwrap();
    }
}
