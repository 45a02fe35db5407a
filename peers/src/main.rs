//! Compares `admit` with its peers, and prints one table: engines of policies in process, and
//! the same logic in other languages as a Lambda function. `peers/run` prepares and runs it.

mod engines;
mod functions;
mod machine;
mod measurement;
mod number;
mod sign_ups;
mod table;

use std::env;
use std::io::{Write, stderr, stdout};

fn main() -> anyhow::Result<()> {
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
    match env::args().nth(1).as_deref() {
        Some("prepare") => Ok(()),
        Some("measure") => {
            let in_process = measurement::in_process(&mut candidates, &mut talk)?;
            let as_functions = measurement::as_functions(&functions, &mut talk)?;
            let mut out = stdout().lock();
            writeln!(out, "{}\n", machine::description()?)?;
            table::write(&mut out, &in_process, &as_functions)?;
            Ok(())
        }
        _ => anyhow::bail!("say `prepare` or `measure`; `peers/run` says both"),
    }
}
