//! Ten thousand mutants of a component, a manifest, a bundle and a package, each through a command
//! that reads untrusted files.
//!
//! `host/cli/src/mutants.rs` sends ten thousand others through the readers of `inspect`, where every
//! detail of the result can be compared.

use super::bounded::run_within;
use super::mutation::Mutation;
use super::{Place, STORED};
use admit_tests::{stderr, stdout};
use serde_json::Value;
use std::fs;
use std::process::Output;
use std::thread;

/// The commands, and the file that each gets a mutant of.
const COMMANDS: [(&str, &str); 20] = [
    ("p.wasm", "inspect p.wasm"),
    ("p.wasm", "inspect p.wasm --manifest admit.toml --format json"),
    ("f.zip", "inspect f.zip"),
    ("f.zip", "inspect f.zip --format json"),
    ("bundle/about.json", "inspect bundle"),
    ("bundle/bundle.json", "inspect bundle --format json"),
    ("p.wasm", "check"),
    ("p.wasm", "check --format sarif"),
    ("f.zip", "check f.zip"),
    ("f.sources/admit.toml", "check f.zip"),
    ("admit.toml", "check --format github"),
    ("f.zip", "report f.zip --no-times -o -"),
    ("p.wasm", "report --no-times -o -"),
    ("f.zip", "verify f.zip"),
    ("bundle/bundle.json", "verify bundle --format json"),
    ("f.zip", "diff f.zip admit.toml --events event.json"),
    ("bundle/about.json", "diff bundle admit.toml --events event.json --format json"),
    ("f.zip", "bundle --bootstrap bootstrap --zip f.zip --check"),
    ("bundle/bundle.json", "bundle -o bundle --check --format json"),
    ("stored.log", "replay stored.log --manifest f.zip"),
];

/// The number of mutants that each thread makes for each command, and the seeds of the threads.
const ROUNDS: usize = 250;
const SEEDS: [u64; 2] = [7, 8];

/// The processor time of a command, in seconds.
const SECONDS: u32 = 5;

#[test]
fn no_mutant_exhausts_or_misleads_a_command() {
    assert!(ROUNDS * COMMANDS.len() * SEEDS.len() >= 10_000);
    thread::scope(|scope| {
        for seed in SEEDS {
            scope.spawn(move || check_mutants(Mutation::new(seed)));
        }
    });
}

fn check_mutants(mut mutation: Mutation) {
    let place = Place::new();
    fs::write(place.path("stored.log"), STORED).unwrap();
    let output = place.run(&["bundle", "-o", "bundle"]);
    assert!(output.status.success(), "{}", stderr(&output));
    for (name, typed) in COMMANDS {
        let whole = fs::read(place.path(name)).unwrap();
        let args: Vec<&str> = typed.split(' ').collect();
        for round in 0..ROUNDS {
            let mutant = mutation.of(&whole);
            fs::write(place.path(name), &mutant).unwrap();
            let output = run_within(SECONDS, &place, &args);
            if name == "f.zip" && accepts(&args, &output) {
                assert_eq!(flaws(&place), [""; 0], "{typed}, round {round}");
            }
        }
        fs::write(place.path(name), whole).unwrap();
    }
}

/// Whether a command used a package, or found nothing wrong with it.
fn accepts(args: &[&str], output: &Output) -> bool {
    match args[0] {
        // A difference or a finding is status 3: the policies were loaded.
        "check" | "report" | "diff" => output.status.code() != Some(1),
        _ => output.status.code() == Some(0),
    }
}

/// The flaws of the package that concern its bundle.
fn flaws(place: &Place) -> Vec<String> {
    let output = place.run(&["inspect", "f.zip", "--format", "json"]);
    let found: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}{}", stdout(&output), stderr(&output)));
    let flaws = found["flaws"].as_array().unwrap().iter().map(|flaw| flaw.as_str().unwrap());
    // The policies are checked even if the bootstrap does not start.
    flaws.filter(|flaw| !flaw.starts_with("bootstrap: ")).map(str::to_owned).collect()
}
