//! `admit test`: cases of a policy and of a manifest, in the real sandbox.

mod expectations;
mod files;
mod formats;
mod samples;
mod watch;

use admit_tests::{admit, component, stderr, stdout};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

/// Runs `admit test` in a folder.
fn test(folder: &Path, args: &[&str]) -> Output {
    admit().current_dir(folder).arg("test").args(args).output().expect("admit runs")
}

fn json(folder: &Path, args: &[&str]) -> Value {
    let output = test(folder, &[args, &["--format", "json"]].concat());
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).unwrap()
}

/// A folder with a manifest of puppets, and these cases.
fn manifest(cases: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let policy = |id: &str, guest: &str, client: &str, more: &str| {
        let component = component(guest);
        format!(
            "[[policy]]\nid = \"{id}\"\ncomponent = {component:?}\nreads = [\"userName\"]\n\
             verdicts = [\"deny\", \"confirm\"]\napplies-to.clients = [{client}]\n{more}\n"
        )
    };
    let manifest = [
        policy(
            "granter",
            "puppet",
            "\"open000000000000\", \"closed0000000000\"",
            "settings.confirm = \"grant\"",
        ),
        policy(
            "wall",
            "puppet",
            "\"closed0000000000\"",
            "settings.deny = [\"closed\", \"Not today\"]",
        ),
        policy("verifier", "puppet", "\"verify0000000000\"", "settings.verify-email = \"grant\""),
        policy("crasher", "puppet", "\"crash00000000000\"", "settings.crash = \"on purpose\""),
        policy("looper", "loops-in-evaluate", "\"loop000000000000\"", "limits.fuel = 100_000"),
        policy(
            "watcher",
            "puppet",
            "\"watched000000000\"",
            "settings.deny = [\"seen\", \"I saw you\"]\nmode = \"monitor\"",
        ),
    ];
    fs::write(folder.path().join("admit.toml"), manifest.concat()).unwrap();
    fs::write(folder.path().join("cases.toml"), cases).unwrap();
    folder
}

/// The text without what another version of Rust would change.
fn without_fuel(text: &str) -> String {
    let of_a_case = |line: &&str| line.starts_with("ok ") || line.starts_with("FAILED ");
    let line = |line: &str| match Some(line).filter(of_a_case).and_then(|l| l.strip_suffix(" fuel"))
    {
        Some(row) => {
            let row = row.trim_end_matches(|c: char| c.is_ascii_digit() || c == ',' || c == '-');
            format!("{}  … fuel\n", row.trim_end())
        }
        None => match line.split_once("used ") {
            Some((before, after)) if after.starts_with(|c: char| c.is_ascii_digit()) => {
                let after = after.split_once(' ').map_or(after, |(_, after)| after);
                format!("{before}used … {after}\n")
            }
            _ => format!("{line}\n"),
        },
    };
    text.lines().map(line).collect()
}
