use crate::assembly::{Assembly, MANIFEST};
use crate::file;
use crate::report::{Measure, Measured, Report, Values, page};
use admit_cognito::Event;
use admit_engine::Engine;
use anyhow::Context;
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Write one page about a policy set, for a review meeting
#[derive(clap::Args)]
#[command(after_help = "Examples:
  admit report -o report.html
  admit report plugins/admit.toml -o - > report.html")]
pub(crate) struct Args {
    /// The manifest
    #[arg(value_name = "PATH", default_value = MANIFEST)]
    path: PathBuf,
    /// The file to write, or `-` for standard output; one that is there already is replaced
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Show the values of the policies' settings, which may be secrets, not only their keys
    #[arg(long)]
    show_settings: bool,
    /// Leave out the times, which are never the same: then the same input gives the same bytes
    #[arg(long)]
    no_times: bool,
}

/// How many decisions are measured.
const DECISIONS: usize = 1_000;

const SAMPLE: &str = include_str!("../../../../tests/events/sign-up.json");

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitCode> {
        let assembly = Assembly::from_manifest(&self.path)?;
        let event = Event::parse(SAMPLE.as_bytes())?;
        let measure = match self.no_times {
            true => Measure::Fuel,
            false => Measure::Times { decisions: DECISIONS },
        };
        let policies = assembly.policy_set(Arc::new(Engine::new(1)?))?;
        let measured = Measured::of(&policies, &[event], measure);
        let values = if self.show_settings { Values::Shown } else { Values::Hidden };
        let page = page(&Report::of(&assembly, measured, values)?)?;
        if self.output == Path::new("-") {
            stdout().write_all(page.as_bytes())?;
        } else {
            file::write(&self.output, page.as_bytes())
                .with_context(|| format!("cannot write `{}`", self.output.display()))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
