//! Tests that are skipped where a program is missing.

use std::env;
use std::io::{self, Write};
use std::process::Command;

/// Says to the terminal that a test, or a part of one, is skipped and why. Where nothing may be
/// skipped, which `ADMIT_NO_SKIP` says, that is a failure.
pub fn skip(test: &str, why: &str) {
    assert!(env::var_os("ADMIT_NO_SKIP").is_none(), "{test}: {why}");
    // Not by `eprintln!`, which is not shown for a test that passes.
    let _ = io::stderr().write_all(format!("skipped: {test}: {why}\n").as_bytes());
}

/// Whether a program is there that the README does not ask for; skips where it is not.
pub fn is_there(test: &str, program: &str) -> bool {
    let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).output();
    let found = found.expect("a shell").status.success();
    if !found {
        skip(test, &format!("{program} is not installed"));
    }
    found
}
