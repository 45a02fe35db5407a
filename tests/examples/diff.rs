//! How long `admit diff` takes for two policy sets and 1,000 generated sign-ups. The binary may
//! be named; else it is the one that the tests run.

use admit_tests::{Bundle, SignUp, admit, component};
use std::io::{Error, Write, stdout};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

/// How often each is measured; the middle one is shown.
const ROUNDS: usize = 9;

fn main() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let place = |name: &str| folder.path().join(name);
    let lines: String = SignUp::many(1_000).iter().map(|sign_up| sign_up.event() + "\n").collect();
    fs::write(place("events.ndjson"), lines)?;
    fs::write(place("old.toml"), manifest(5))?;
    fs::write(place("new.toml"), manifest(7))?;
    let bundles = [Bundle::of(&place("old.toml")), Bundle::of(&place("new.toml"))];
    let bundles = bundles.each_ref().map(Bundle::path);
    let manifests = [place("old.toml"), place("new.toml")];
    let mut out = stdout().lock();
    writeln!(out, "| 1,000 sign-ups, three policies each | median | slowest |")?;
    writeln!(out, "|---|---|---|")?;
    for (name, [old, new]) in
        [("two bundles", &bundles), ("two manifests of components", &manifests)]
    {
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            times.push(time(old, new, &place("events.ndjson"))?);
        }
        times.sort();
        let [median, slowest] = [times[ROUNDS / 2], times[ROUNDS - 1]].map(|time| time.as_millis());
        writeln!(out, "| {name} | {median} ms | {slowest} ms |")?;
    }
    Ok(())
}

/// The samples of AWS, with components that are built already.
fn manifest(characters: usize) -> String {
    let policy = |id: &str, reads: &str, verdicts: &str, settings: &str| {
        format!(
            "[[policy]]\nid = {id:?}\ncomponent = {:?}\nreads = [{reads}]\nverdicts = [{verdicts}]\n\
             settings = {{ {settings} }}\n",
            component(id)
        )
    };
    let email = "\"userAttributes.email\"";
    let all = "\"confirm\", \"verify-email\", \"verify-phone\"";
    let settings = format!("characters = {characters}");
    policy("email-domain", &format!("{email}, \"userAttributes.custom:domain\""), "\"confirm\"", "")
        + &policy("verify-contact", &format!("{email}, \"userAttributes.phone_number\""), all, "")
        + &policy("minimum-username-length", "\"userName\"", "\"deny\"", &settings)
}

fn time(old: &Path, new: &Path, events: &Path) -> std::io::Result<Duration> {
    let mut command = match env::args_os().nth(1) {
        Some(binary) => Command::new(binary),
        None => admit(),
    };
    command.arg("diff").arg(old).arg(new).arg("--events").arg(events);
    let started = Instant::now();
    let output = command.output()?;
    let time = started.elapsed();
    let said = String::from_utf8_lossy(&output.stdout);
    match output.status.code() {
        Some(3) if said.contains("1,000 sign-ups: ") => Ok(time),
        _ => Err(Error::other(format!("it did not compare: {said}"))),
    }
}
