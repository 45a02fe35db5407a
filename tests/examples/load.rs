//! Measures any command that speaks Lambda's Runtime API; `--help` says how.
//!
//!     taskset -c 1 cargo run -p admit-tests --example load -- -- ./bootstrap

use admit_tests::{DriverError, driver};
use std::env;
use std::io::{Write, stderr, stdout};
use std::process::ExitCode;

fn main() -> ExitCode {
    // A closed pipe is not an error.
    match driver(env::args_os().skip(1)) {
        Ok(text) => {
            let _ = stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(stderr(), "error: {error}");
            ExitCode::from(if matches!(error, DriverError::Usage(_)) { 2 } else { 1 })
        }
    }
}
