//! Compares `admit` with its peers, and prints one table: engines of policies in process, and
//! the same logic in other languages as a Lambda function. `peers/run` prepares and runs it.

mod engines;
mod functions;
mod machine;
mod measurement;
mod number;
mod sign_ups;
mod table;

use anyhow::bail;
use std::env;
use std::io::{Write, stderr, stdout};

/// How far to go.
enum Step {
    /// Build what is compared, and see that it agrees.
    Prepare,
    /// Measure it, too.
    Measure,
}

fn main() -> anyhow::Result<()> {
    let step = match env::args().nth(1).as_deref() {
        Some("prepare") => Step::Prepare,
        Some("measure") => Step::Measure,
        _ => bail!("say `prepare` or `measure`; `peers/run` says both"),
    };
    let mut candidates = engines::candidates()?;
    let functions = functions::functions()?;
    sign_ups::check_agreement(&mut candidates)?;
    functions::check_agreement(&functions)?;
    let mut talk = stderr().lock();
    writeln!(
        talk,
        "{} ways to decide in process agree, and {} functions",
        candidates.len(),
        functions.len()
    )?;
    if let Step::Measure = step {
        let in_process = measurement::in_process(&mut candidates, &mut talk)?;
        let as_functions = measurement::as_functions(&functions, &mut talk)?;
        let mut out = stdout().lock();
        writeln!(out, "{}\n", machine::description()?)?;
        table::write(&mut out, &in_process, &as_functions)?;
    }
    Ok(())
}
