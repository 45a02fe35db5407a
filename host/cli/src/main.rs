//! `admit`: builds, tests and bundles the policies that decide who may sign up to an Amazon
//! Cognito user pool.

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
#[cfg(test)]
mod mutants;
mod output;
mod package;
mod policy_set;
mod process;
mod report;
mod schemas;
mod serve;
mod verify;

use clap::{CommandFactory, Parser};
use commands::Command;
use exit_status::ExitStatus;
use output::printer;
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

impl Args {
    fn exec(self) -> anyhow::Result<ExitStatus> {
        self.color.choose();
        self.command.exec(Args::command)
    }
}

fn main() -> ExitCode {
    if let Some(done) = jobs::run() {
        return done;
    }
    match Args::try_parse().map_err(anyhow::Error::from).and_then(Args::exec) {
        Ok(status) => status.into(),
        // The reader of the output closed the pipe, as `head` does.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => match error.downcast_ref::<clap::Error>() {
            Some(usage) => {
                let _ = printer::print_usage(usage);
                u8::try_from(usage.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
            }
            None => {
                printer::say_error(&error);
                ExitCode::FAILURE
            }
        },
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
