//! Measures the function with more policies, and with a policy that has many settings, beside the
//! goals. Pin it to one core: `taskset -c 1 cargo run -p admit-tests --example growth`.

use admit_tests::{Answer, Bundle, Load, LoadRun, bootstrap, component, event, milliseconds};
use std::io::{Error, Write, stdout};
use std::process::Command;
use std::time::Duration;

/// How often each has its turn.
const ROUNDS: u32 = 3;
/// Starts in one turn, all but the last of which answer one request and end.
const STARTS: u32 = 10;

/// A bundle, and what was measured with it.
struct Subject {
    name: String,
    bundle: Bundle,
    /// Requests to the last of the starts.
    requests: u32,
    load: Load,
}

impl Subject {
    fn command(&self) -> Command {
        let mut command = Command::new(bootstrap());
        command.env("ADMIT_BUNDLE", self.bundle.path());
        command
    }
}

fn main() -> std::io::Result<()> {
    let set = |count: usize| {
        let name = "blocked-email-domains";
        let policies = (0..count).map(|index| policy(name, &format!("p{index}"), index, 1, ""));
        let plural = if count == 1 { "policy" } else { "policies" };
        subject(&format!("{count} {plural}"), 1_000, &policies.collect::<String>())
    };
    let list = |entries: usize| {
        // The list needs this while it is parsed.
        let limits = "limits = { fuel = 10_000_000_000, memory = \"64MiB\", time = \"2s\" }\n";
        let manifest = policy("large-domain-list", "p", 0, entries, limits);
        subject(&format!("{entries} entries"), 100, &manifest)
    };
    let mut subjects = [set(1), set(10), set(100), list(100), list(100_000)];
    let event = event("sign-up.json");
    for subject in &subjects {
        let run = LoadRun::default().run(subject.command(), &event)?;
        if !matches!(run.answer, Answer::Response(_)) {
            return Err(Error::other(format!("{}: {:?}", subject.name, run.answer)));
        }
    }
    for _ in 0..ROUNDS {
        for subject in &mut subjects {
            for start in 1..=STARTS {
                let requests = if start == STARTS { subject.requests } else { 1 };
                subject.load.add(subject.command(), &event, requests);
            }
        }
    }
    let mut out = stdout().lock();
    writeln!(out, "| | spawn to first answer | warm | p99 | processor | peak memory |")?;
    writeln!(out, "|---|---|---|---|---|---|")?;
    for Subject { name, load, .. } in &subjects {
        writeln!(
            out,
            "| {name} | {:.1} ms | {:.0} µs | {:.0} µs | {:.0} µs | {:.1} MB |",
            milliseconds(Load::within(&load.cold, 50)),
            micros(Load::within(&load.warm, 50)),
            micros(Load::within(&load.warm, 99)),
            micros(load.processor_time()),
            load.peak as f64 / 1e6,
        )?;
    }
    let [one, ten, hundred, short, long] = subjects.each_ref().map(|subject| &subject.load);
    let warm = |load: &Load| micros(Load::within(&load.warm, 50));
    let cold = |load: &Load| micros(Load::within(&load.cold, 50));
    writeln!(out, "\n| what | goal | here |\n|---|---|---|")?;
    for (what, goal, unit, figures) in [
        ("warm", "≤ 6 µs", "µs", [one, ten, hundred].map(warm)),
        ("cold start", "≤ 0.3 ms", "ms", [one, ten, hundred].map(|load| cold(load) / 1e3)),
    ] {
        let [one, ten, hundred] = figures;
        let (first, others) = ((ten - one) / 9.0, (hundred - ten) / 90.0);
        writeln!(
            out,
            "| {what}, for each policy more | {goal}, linear | {first:.3} {unit} up to 10, \
             {others:.3} {unit} up to 100 |"
        )?;
    }
    for (what, figure) in
        [("warm", &warm as &dyn Fn(&Load) -> f64), ("spawn to first answer", &cold)]
    {
        let ratio = figure(long) / figure(short);
        writeln!(
            out,
            "| `large-domain-list`, 100,000 entries beside 100, {what} | ≤ 1.5 × | {ratio:.2} × |"
        )?;
    }
    Ok(())
}

fn subject(name: &str, requests: u32, manifest: &str) -> Subject {
    let bundle = Bundle::with(manifest);
    Subject { name: name.to_owned(), bundle, requests, load: Load::default() }
}

/// A policy with a number of entries in its settings, none of which another policy has.
fn policy(name: &str, id: &str, number: usize, entries: usize, limits: &str) -> String {
    let domains: Vec<String> =
        (0..entries).map(|entry| format!("blocked-{number}-{entry}.example")).collect();
    format!(
        "[[policy]]\nid = {id:?}\ncomponent = {:?}\nreads = [\"userAttributes.email\"]\n\
         verdicts = [\"deny\"]\n{limits}settings = {{ domains = {domains:?} }}\n",
        component(name)
    )
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
