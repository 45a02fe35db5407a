//! `admit test`: runs cases.

use crate::cases::{Results, Suite, junit_report};
use crate::exit_status::ExitStatus;
use crate::output::printer;
use crate::output::terminal;
use crate::process::watch::{self, Look};
use admit_build::diagnostics;
use anyhow::bail;
use clap::ValueEnum;
use std::path::PathBuf;

/// Run the cases of a policy or a manifest in the sandbox
///
/// A case is a sign-up with its expected result: an answer, the votes of a policy, a failure, and
/// limits on its cost. Cases are in `cases.toml`, beside the `policy.toml` of a project or beside a
/// manifest. A project runs with the grants that its `policy.toml` requests and under the default
/// limits, a manifest with its own grants and limits. The fuel of a case is the same on every
/// machine.
///
/// Exit status: 0 all cases passed, 3 some failed, 1 error, 2 wrong usage.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  admit test
  admit test plugins/minimum-username-length --filter short
  admit test plugins/admit.toml --format junit > results.xml
  admit test --watch")]
pub(crate) struct Args {
    /// A policy project, a manifest or its folder, or a component
    #[arg(default_value = ".")]
    path: PathBuf,
    /// File with the cases [default: `cases.toml` beside PATH]
    #[arg(long, value_name = "FILE")]
    cases: Option<PathBuf>,
    /// Run only the cases whose name contains this text
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Run again when the cases, the manifest, a project or a component changes
    #[arg(long)]
    watch: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// One line per case, with the details of failures
    #[value(alias = "text")]
    Pretty,
    /// One JSON object
    Json,
    /// JUnit XML, for continuous integration
    Junit,
}

const EXAMPLE: &str = "
  [[case]]
  name = \"denies a short name\"
  event = { userName = \"al\" }
  deny = \"username-too-short\"";

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitStatus> {
        let suite = Suite::at(&self.path, self.cases.as_deref());
        if self.watch {
            self.run_on_change(&suite)?;
        }
        if !self.path.exists() {
            bail!(
                "`{}` not found: expected a policy project, a manifest or its folder, or a component",
                self.path.display()
            );
        }
        if !suite.file().exists() {
            print_example(&suite);
            return Ok(ExitStatus::Error);
        }
        let results = self.run(&suite)?;
        Ok(match results.all_passed() {
            true => ExitStatus::Success,
            false => ExitStatus::Negative,
        })
    }

    fn run(&self, suite: &Suite) -> anyhow::Result<Results> {
        let results = suite.run(self.filter.as_deref())?;
        let text = match self.format {
            Format::Pretty => results.to_text(),
            Format::Json => results.to_json()?,
            Format::Junit => junit_report(&results)?,
        };
        printer::print(&text)?;
        Ok(results)
    }

    /// Runs the cases on every change, until the process is interrupted or its output is closed.
    fn run_on_change(&self, suite: &Suite) -> anyhow::Result<()> {
        loop {
            // Looks before the run, so that a change during the run is seen afterwards.
            let seen = Look::at(&suite.places());
            if let Err(error) = self.run(suite) {
                if crate::is_broken_pipe(&error) {
                    return Err(error);
                }
                printer::say_error(&error);
            }
            printer::say("\nwaiting for changes; press Ctrl-C to stop");
            watch::wait(&seen, || suite.places());
            printer::say("change detected, re-running\n");
        }
    }
}

fn print_example(suite: &Suite) {
    let message = format!("`{}` not found: write a case, such as", suite.file().display());
    let message = terminal::rendered(&diagnostics::error(&message));
    printer::say(&format!("{message}\n{EXAMPLE}"));
}
