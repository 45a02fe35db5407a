//! Commands in a process that may have few addresses, as `ulimit -v` and some sandboxes want it.

use super::Place;
use admit_engine::{Engine, bundle};
use admit_tests::{stderr, stdout};
use std::fs;
use std::process::{Command, Output};

/// A command that may have 4 GB of addresses.
fn run(place: &Place, args: &str) -> Output {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v 4000000 && exec \"$@\"", "sh"]);
    command.arg(place.command().get_program()).args(args.split(' '));
    command.current_dir(place.0.path()).env("ADMIT_CACHE", place.path("cache"));
    command.output().unwrap()
}

#[test]
fn every_command_works_with_few_addresses() {
    let place = Place::new();
    let decided = |output: &Output| stdout(output);
    // The output of the same command with plenty of addresses.
    let eval = "eval --manifest good.toml event.json";
    let plenty = place.run(eval);
    assert!(plenty.status.success(), "{}", stderr(&plenty));
    for args in [
        eval,
        "check good.toml",
        "test good.toml",
        "report good.toml -o report.html",
        "bench good.toml --samples 10",
        "inspect good.wasm",
        "bundle --manifest good.toml -o bundle",
        "bundle --manifest good.toml -o bundle --check",
        "inspect bundle",
        "verify bundle",
        "diff good.toml good.toml --events event.json",
        // The code of a bundle cannot run there; its sources can.
        "diff good.toml bundle --events event.json",
    ] {
        let output = run(&place, args);
        assert!(output.status.success(), "{args}: {}{}", stdout(&output), stderr(&output));
        if args == eval {
            assert_eq!(decided(&output), decided(&plenty));
        }
    }
    // One without its sources is not run by other code.
    fs::remove_dir_all(place.path("bundle.sources")).unwrap();
    let output = run(&place, "diff good.toml bundle --events event.json");
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    assert!(stderr(&output).contains("(`ulimit -v`)"), "{}", stderr(&output));
}

/// A process with few addresses compiles the code that the function runs.
#[test]
fn a_bundle_is_the_same_with_few_addresses() {
    let place = Place::new();
    for (name, output) in [
        ("plenty", place.run("bundle --manifest good.toml -o plenty")),
        ("few", run(&place, "bundle --manifest good.toml -o few")),
    ] {
        assert!(output.status.success(), "{name}: {}", stderr(&output));
    }
    let files = |name: &str| {
        let files = fs::read_dir(place.path(name)).unwrap().map(|file| file.unwrap().path());
        let mut files: Vec<_> = files
            .map(|path| (path.file_name().unwrap().to_owned(), fs::read(path).unwrap()))
            .collect();
        files.sort();
        files
    };
    assert!(files("plenty").len() >= 3);
    assert!(files("few") == files("plenty"));
    // And an engine like the function's loads it.
    let engine = Engine::new(1).unwrap();
    let (policies, _) = bundle::load(engine, &place.path("few")).unwrap();
    policies.load_all();
    assert_eq!(policies.unloaded().count(), 0);
}
