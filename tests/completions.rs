//! `admit completions`: what it prints is what a shell takes.

use admit_tests::{admit, skip, stdout};
use std::io::Write;
use std::process::{Command, Stdio};

fn script(shell: &str) -> String {
    let output = admit().args(["completions", shell]).output().unwrap();
    assert!(output.status.success(), "{shell}");
    stdout(&output)
}

#[test]
fn every_shell_has_every_command() {
    let help = stdout(&admit().arg("--help").output().unwrap());
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let commands = commands.lines().take_while(|line| !line.is_empty());
    let names: Vec<&str> = commands
        .filter_map(|line| {
            line.strip_prefix("  ")?.split(' ').next().filter(|name| !name.is_empty())
        })
        .collect();
    assert!(names.contains(&"eval") && names.contains(&"completions"), "{names:?}");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = script(shell);
        for name in &names {
            assert!(script.contains(name), "{shell} knows no `{name}`");
        }
    }
}

/// Completes a command as bash does when the tab key is pressed.
fn complete(words: &[&str]) -> Option<Vec<String>> {
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let (last, before) = (words[words.len() - 1], words[words.len() - 2]);
    let ask = format!(
        "set -e\n{}\nCOMP_WORDS=({})\nCOMP_CWORD={}\ncomplete -p admit >&2\n\
         _admit admit '{last}' '{before}'\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        script("bash"),
        quoted.join(" "),
        words.len() - 1
    );
    let shell = Command::new("bash")
        .args(["--norc", "--noprofile"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut shell) = shell else {
        skip("bash completes what was begun", "bash is not installed");
        return None;
    };
    shell.stdin.take().unwrap().write_all(ask.as_bytes()).unwrap();
    let output = shell.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("-F _admit admit"), "{said}");
    Some(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect())
}

#[test]
fn bash_completes_a_prefix() {
    let check = |words: &[&str], expected: &[&str]| {
        if let Some(found) = complete(words) {
            assert_eq!(found, expected, "{words:?}");
        }
    };
    check(&["admit", "ev"], &["eval"]);
    check(&["admit", "schema", "pol"], &["policy"]);
    check(&["admit", "eval", "--exp"], &["--explain"]);
    check(&["admit", "bundle", "--target", "arm"], &["arm64"]);
}
