mod build;
mod bundle;
mod eval;
mod inspect;
mod report;
mod serve;
mod test;

use clap::Subcommand;
use std::process::ExitCode;

#[derive(Subcommand)]
pub(crate) enum Command {
    Build(build::Args),
    Eval(eval::Args),
    Bundle(bundle::Args),
    Inspect(inspect::Args),
    Report(report::Args),
    Serve(serve::Args),
    Test(test::Args),
}

impl Command {
    pub(crate) fn exec(self) -> anyhow::Result<ExitCode> {
        match self {
            Command::Build(args) => args.exec(),
            Command::Eval(args) => args.exec(),
            Command::Bundle(args) => args.exec(),
            Command::Inspect(args) => args.exec(),
            Command::Report(args) => args.exec(),
            Command::Serve(args) => args.exec(),
            Command::Test(args) => args.exec(),
        }
    }
}
