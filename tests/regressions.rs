//! Figures that are the same on every run, on an idle machine or a busy one.
//!
//! Each figure stands in one place: in `tests/golden/regressions` (`ADMIT_UPDATE_GOLDEN=1` writes it
//! anew) or as a constant. Times are measured by `benches/` and by the examples, and asserted
//! nowhere.

mod allocations;
mod fuel;
mod sizes;
mod system_calls;

use admit_tests::{Bundle, component, sample_manifest};
use std::fs;
use std::process::Command;

/// AWS's samples, in their order.
const SAMPLES: [&str; 3] = ["email-domain", "verify-contact", "minimum-username-length"];

/// A bundle of one of AWS's samples alone.
fn alone(name: &str) -> Bundle {
    let manifest = fs::read_to_string(sample_manifest()).unwrap();
    let policy = manifest.split("[[policy]]").find(|policy| policy.contains(name)).unwrap();
    let written = format!("component = \"{name}\"");
    assert!(policy.contains(&written), "{policy}");
    let component = format!("component = {:?}", component(name));
    Bundle::with(&format!("[[policy]]{}", policy.replace(&written, &component)))
}

/// The program of `regressions/subject.rs`.
fn subject() -> Command {
    Command::new(env!("CARGO_BIN_EXE_regressions-subject"))
}
