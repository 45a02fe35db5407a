//! Measures the function with each hostile guest: prints the table of `SECURITY.md`.

use admit_tests::{Finding, HostileRun, hostile_guests};
use std::env;
use std::io::{Write, stdout};

fn main() -> std::io::Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "| guest | outcome | time | memory | eight: time | memory |")?;
    writeln!(out, "|---|---|---|---|---|---|")?;
    let named: Vec<String> = env::args().skip(1).collect();
    let guests = if named.is_empty() { hostile_guests() } else { named };
    for guest in guests {
        let Ok(mut run) = HostileRun::of(&guest, "") else {
            writeln!(out, "| `{guest}` | refused when bundled | | | | |")?;
            continue;
        };
        let (one, memory) = run.peak_of(HostileRun::one);
        run.check_health();
        let (eight, memory_of_eight) = run.peak_of(HostileRun::eight);
        run.check_health();
        writeln!(
            out,
            "| `{guest}` | {} | {} | {} | {} | {} |",
            outcome(&one),
            milliseconds(&one),
            mib(memory),
            milliseconds(&eight),
            mib(memory_of_eight)
        )?;
    }
    Ok(())
}

/// The kind of a failure, or else what the policy said.
fn outcome(finding: &Finding) -> String {
    let word = |member: &str| finding.records[0][member].as_str().map(ToOwned::to_owned);
    word("kind").or_else(|| word("opinion")).unwrap_or_default()
}

fn milliseconds(finding: &Finding) -> String {
    format!("{:.1} ms", finding.time.as_secs_f64() * 1e3)
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
