//! Runs the tool with limits on memory and time, and checks everything that it prints.

use super::Place;
use crate::printable::check_output;
use admit_tests::admit;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// The memory that the tool may allocate for an untrusted file, in KiB, whether it uses it or not.
const MEMORY: u32 = 256 << 10;

/// The processor time that a debug build may use for an untrusted file, in seconds.
const SECONDS: u32 = 30;

/// A limit by the clock, for a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs a command, which must end by itself with one of its exit statuses and printable output.
pub(super) fn run(place: &Place, args: &[&str]) -> Output {
    run_within(SECONDS, place, args)
}

/// The same with another limit on processor time.
pub(super) fn run_within(seconds: u32, place: &Place, args: &[&str]) -> Output {
    let tool = admit();
    let mut command = Command::new("/bin/sh");
    let limits = format!("ulimit -d {MEMORY} && ulimit -t {seconds}");
    command.args(["-c", &format!("{limits} && exec \"$0\" \"$@\"")]);
    command.arg(tool.get_program()).args(args).current_dir(place.path(""));
    command.envs(tool.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let started = Instant::now();
    let output = command.output().unwrap();
    assert!(started.elapsed() < PATIENCE, "{args:?}: {:?}", started.elapsed());
    check_output(&output, &format!("{args:?}"));
    output
}
