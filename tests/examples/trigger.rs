//! Measures the function beside a bare handler of the same logic: both under the same Runtime
//! API, in turns, the three samples of AWS.

use admit_tests::{Answer, Bundle, Load, LoadRun, bootstrap, event, milliseconds, native_handler};
use serde_json::Value;
use std::io::{Error, Write, stdout};
use std::process::Command;
use std::time::Duration;

/// How often each has its turn.
const ROUNDS: u32 = 5;
/// Starts in one turn, most of which answer one request and end.
const STARTS: u32 = 20;
/// Requests to the last of them.
const REQUESTS: u32 = 2_000;

fn main() -> std::io::Result<()> {
    let bundle = Bundle::sample();
    let native = native_handler();
    let function = || {
        let mut command = Command::new(bootstrap());
        command.env("ADMIT_BUNDLE", bundle.path());
        command
    };
    let bare = || Command::new(&native);
    for name in ["sign-up.json", "sign-up-short-name.json", "console-verify-all.json"] {
        let (ours, theirs) = (answer(function(), &event(name))?, answer(bare(), &event(name))?);
        if ours != theirs {
            return Err(Error::other(format!("{name}: {ours} is not {theirs}")));
        }
    }
    let event = event("sign-up.json");
    let (mut admit, mut handler) = (Load::default(), Load::default());
    for _ in 0..ROUNDS {
        for (load, command) in
            [(&mut handler, &bare as &dyn Fn() -> Command), (&mut admit, &function)]
        {
            for start in 0..STARTS {
                load.add(command(), &event, if start + 1 == STARTS { REQUESTS } else { 1 });
            }
        }
    }
    let mut out = stdout().lock();
    writeln!(
        out,
        "| | spawn to first answer | p99 | warm | p90 | p99 | processor | peak memory |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|")?;
    for (name, load) in [("bare handler", &handler), ("`admit`, three policies", &admit)] {
        let [cold, cold_99] =
            [50, 99].map(|percent| milliseconds(Load::within(&load.cold, percent)));
        let [warm, warm_90, warm_99] =
            [50, 90, 99].map(|percent| Load::within(&load.warm, percent).as_micros());
        let processor = load.processor_time().as_micros();
        let peak = load.peak as f64 / 1e6;
        writeln!(
            out,
            "| {name} | {cold:.1} ms | {cold_99:.1} ms | {warm} µs | {warm_90} µs | {warm_99} µs | \
             {processor} µs | {peak:.1} MB |"
        )?;
    }
    let ratio = |of: fn(&Load) -> &[Duration]| {
        Load::within(of(&admit), 50).as_secs_f64() / Load::within(of(&handler), 50).as_secs_f64()
    };
    let (cold, warm) = (ratio(|load| &load.cold), ratio(|load| &load.warm));
    writeln!(out, "| ratio of the medians | {cold:.2} | | {warm:.2} | | | | |")?;
    writeln!(out, "| goal | 1.50 | | 1.30 | | | | 8.0 MB |")
}

/// The answer of a function to one event, as JSON.
fn answer(command: Command, event: &str) -> std::io::Result<Value> {
    Ok(match LoadRun::default().run(command, event)?.answer {
        Answer::Response(text) | Answer::Error(text) => serde_json::from_str(&text)?,
        Answer::Nothing => Value::Null,
    })
}
