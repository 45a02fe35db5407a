//! The jobs that the program runs in a child process.

use crate::check::schema_job;
use crate::policy_set::{compile_job, snapshot_job};
use crate::process::child;
use std::io;
use std::process::ExitCode;

/// Runs the job of this process if it is a child, or returns `None`.
pub(crate) fn run() -> Option<ExitCode> {
    let job = child::job()?;
    let done = match job.to_str() {
        Some(compile_job::NAME) => child::answer(compile_job::work),
        Some(snapshot_job::NAME) => child::answer(snapshot_job::work),
        Some(schema_job::NAME) => child::answer(schema_job::work),
        _ => Err(io::ErrorKind::InvalidInput.into()),
    };
    Some(if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
