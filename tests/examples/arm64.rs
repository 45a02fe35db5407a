//! The package for arm64, under an emulator of such a machine: it answers every recorded event as
//! the one for this machine does, and uses as much fuel.
//!
//!     cargo run -p admit-tests --example arm64 -- target/arm64.zip
//!
//! Needs `qemu-aarch64` and a C library for it, as Debian's `qemu-user` and `libc6-arm64-cross`.

use admit_tests::{Answer, Bundle, Lambda, root, unpack};
use serde_json::Value;
use std::io::{Error, Write, stdout};
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

/// Where Debian puts the C library for arm64.
const LIBRARIES: &str = "/usr/aarch64-linux-gnu";

fn main() -> std::io::Result<()> {
    let zip = env::args_os().nth(1).ok_or_else(|| Error::other("which package?"))?;
    let folder = unpack(&PathBuf::from(zip));
    let mut command = Command::new("qemu-aarch64");
    command.args(["-L", LIBRARIES]).arg(folder.path().join("bootstrap"));
    // Beside the bootstrap is, for a program under the emulator, beside the emulator.
    command.env("ADMIT_BUNDLE", folder.path().join("bundle"));
    let mut emulated = Lambda::start_command(command);
    let bundle = Bundle::sample();
    let mut native = Lambda::start(&bundle.path());
    let mut events = 0;
    for entry in fs::read_dir(root().join("tests/events"))? {
        let path = entry?.path();
        let event = fs::read(&path)?;
        let (ours, theirs) = (emulated.invoke(event.clone()), native.invoke(event));
        let fuel = [&emulated, &native].map(|lambda| fuel(&lambda.decision_line()));
        if ours == Answer::Nothing || ours != theirs || fuel[0] != fuel[1] {
            let event = path.display();
            return Err(Error::other(format!("{event}: {ours:?} {theirs:?}, fuel {fuel:?}")));
        }
        events += 1;
    }
    writeln!(stdout(), "arm64: {events} events, the same answers and the same fuel")
}

fn fuel(decision: &Value) -> Vec<Value> {
    let policies = decision["policies"].as_array().into_iter().flatten();
    policies.map(|policy| policy["fuel"].clone()).collect()
}
