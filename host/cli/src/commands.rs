//! The commands: their arguments and their execution.

mod bench;
mod build;
mod bundle;
mod check;
mod completions;
mod diff;
mod eval;
mod inspect;
mod new;
mod replay;
mod report;
mod schema;
mod serve;
mod test;
mod verify;

use crate::exit_status::ExitStatus;
use clap::Subcommand;

#[derive(Subcommand)]
pub(crate) enum Command {
    Bench(bench::Args),
    Build(build::Args),
    Eval(eval::Args),
    Bundle(bundle::Args),
    Check(check::Args),
    Completions(completions::Args),
    Diff(diff::Args),
    Inspect(inspect::Args),
    New(new::Args),
    Replay(replay::Args),
    Report(report::Args),
    Schema(schema::Args),
    Serve(serve::Args),
    Test(test::Args),
    Verify(verify::Args),
}

impl Command {
    /// Runs the command; `tool` makes the description of all of them.
    pub(crate) fn exec(self, tool: fn() -> clap::Command) -> anyhow::Result<ExitStatus> {
        match self {
            Command::Bench(args) => args.exec(),
            Command::Build(args) => args.exec(),
            Command::Eval(args) => args.exec(),
            Command::Bundle(args) => args.exec(),
            Command::Check(args) => args.exec(),
            Command::Completions(args) => args.exec(tool()),
            Command::Diff(args) => args.exec(),
            Command::Inspect(args) => args.exec(),
            Command::New(args) => args.exec(),
            Command::Replay(args) => args.exec(),
            Command::Report(args) => args.exec(),
            Command::Schema(args) => args.exec(),
            Command::Serve(args) => args.exec(),
            Command::Test(args) => args.exec(),
            Command::Verify(args) => args.exec(),
        }
    }
}
