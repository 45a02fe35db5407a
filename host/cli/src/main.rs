//! `admit`: builds, tries out and bundles the policies that decide who may sign up to an
//! Amazon Cognito user pool.

#![expect(clippy::print_stderr, reason = "a command line tool speaks to the terminal")]

mod bench;
mod bundle;
mod cases;
mod check;
mod commands;
mod diff;
mod exit_status;
mod explain;
mod inspect;
mod jobs;
mod output;
mod package;
mod policy_set;
mod process;
mod report;
mod schemas;
mod serve;
mod verify;

use admit_build::diagnostics;
use clap::Parser;
use commands::Command;
use output::terminal::Color;
use std::io;
use std::process::ExitCode;

/// Builds, tries out and bundles policies that decide who may sign up to an Amazon Cognito
/// user pool.
///
/// A policy is a WebAssembly component that is handed a sign-up and answers with a verdict.
/// A manifest, `admit.toml`, names the policies and says what each may see and decide. This
/// tool builds policies, shows what they decide, and makes the bundle that the Lambda
/// function loads.
#[derive(Parser)]
#[command(name = "admit", version, max_term_width = 100)]
struct Args {
    #[command(subcommand)]
    command: Command,
    /// When to use colours
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,
}

fn main() -> ExitCode {
    if let Some(done) = jobs::run() {
        return done;
    }
    let args = Args::parse();
    args.color.choose();
    match args.command.exec() {
        Ok(status) => status.into(),
        // Whoever reads the output has seen enough, as `head` does.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", diagnostics::render(&error));
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
