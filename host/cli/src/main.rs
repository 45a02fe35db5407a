//! `admit`: builds, tests and bundles the policies that decide who may sign up to an Amazon
//! Cognito user pool.

#![expect(clippy::print_stderr, reason = "a command line tool speaks to the terminal")]

mod bench;
mod bundle;
mod cases;
mod check;
mod commands;
mod diff;
mod exit_status;
mod explain;
mod input;
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
use clap::{CommandFactory, Parser};
use commands::Command;
use output::terminal::Color;
use std::io;
use std::process::ExitCode;

/// Build, test and bundle the policies that decide who may sign up to an Amazon Cognito user
/// pool
///
/// A policy is a WebAssembly component that takes a sign-up and returns a verdict. A manifest,
/// `admit.toml`, lists the policies and what each of them may see and decide. `admit` builds
/// policies, runs them locally, and creates the bundle that the Lambda function loads.
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
    match args.command.exec(Args::command) {
        Ok(status) => status.into(),
        // The reader of the output closed the pipe, as `head` does.
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
