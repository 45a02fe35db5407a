//! `admit test`: runs cases.

use crate::cases::{Results, Suite, junit_report};
use crate::exit_status::ExitStatus;
use crate::process::watch::{self, Look};
use admit_build::diagnostics;
use anyhow::bail;
use clap::ValueEnum;
use std::io::{Write, stdout};
use std::path::PathBuf;

/// Run the cases of a policy or a manifest in the sandbox
///
/// A case is a sign-up with what is expected of it: an answer, the votes of a policy, a
/// failure, and what it may cost. Cases stand in `cases.toml`, beside the `policy.toml` of a
/// project or beside a manifest. A project runs with what its `policy.toml` asks for and under
/// the default limits, a manifest as it is written. What a case costs in fuel is the same on
/// every machine.
///
/// Exit status: 0 all cases passed, 3 some failed, 1 they cannot be run, 2 wrong usage.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  admit test
  admit test plugins/minimum-username-length --filter short
  admit test plugins/admit.toml --format junit > results.xml
  admit test --watch")]
pub(crate) struct Args {
    /// The folder of a policy project, a manifest or the folder of one, or a component
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The cases, where they do not stand beside it in `cases.toml`
    #[arg(long, value_name = "FILE")]
    cases: Option<PathBuf>,
    /// Run only the cases that have this in their name
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Run them again whenever the cases, the manifest, a project or a component changes
    #[arg(long)]
    watch: bool,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// A line for each case, and why some failed
    #[value(alias = "text")]
    Pretty,
    /// One JSON object
    Json,
    /// JUnit's XML, for continuous integration
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
            self.follow(&suite)?;
        }
        if !self.path.exists() {
            bail!(
                "there is nothing at `{}`: name the folder of a policy project, a manifest or the \
                 folder of one, or a component",
                self.path.display()
            );
        }
        if !suite.file().exists() {
            say_how_to_begin(&suite);
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
        stdout().write_all(text.as_bytes())?;
        Ok(results)
    }

    /// Runs the cases again and again, until somebody ends it or nobody reads any more.
    #[expect(clippy::print_stderr, reason = "standard output is for results")]
    fn follow(&self, suite: &Suite) -> anyhow::Result<()> {
        loop {
            // Before they are run: what changes meanwhile is found next.
            let seen = Look::at(&suite.places());
            if let Err(error) = self.run(suite) {
                if crate::is_broken_pipe(&error) {
                    return Err(error);
                }
                eprintln!("{}", diagnostics::render(&error));
            }
            eprintln!("\nwaiting for a change; Ctrl-C ends this");
            watch::wait(&seen, || suite.places());
            eprintln!("changed, so once more\n");
        }
    }
}

#[expect(clippy::print_stderr, reason = "says what to write, in several lines")]
fn say_how_to_begin(suite: &Suite) {
    let message = format!("no cases at `{}`: write some there, such as", suite.file().display());
    eprintln!("{}\n{EXAMPLE}", diagnostics::error(&message));
}
