//! `admit report`: writes a page about a policy set.

use crate::cases::Suite;
use crate::check;
use crate::exit_status::ExitStatus;
use crate::output::file::Output;
use crate::output::printer;
use crate::package::deployment::manifest_behind;
use crate::policy_set::compiled_cache;
use crate::policy_set::loaded_manifest::{Compiled, LoadedManifest};
use crate::report::{Evidence, Measure, Measured, Report, Tested, Values, page};
use admit_cognito::Event;
use admit_core::{Policy, printable_lines};
use admit_engine::bundle::INDEX;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Write a report about a policy set, as one HTML page
///
/// The page shows for each policy its component and metadata, its grants beside its requests, its
/// limits and how much of them it used, its denials and its cases; and how verdicts merge, and the
/// findings of `admit check`. Everything on it is computed, except for texts of a policy's author,
/// which are marked. The page contains no scripts, loads nothing, and is made for screens, phones
/// and paper. If a policy set cannot be loaded, no page is written: `admit check` shows why.
///
/// Builds the policies whose `component` is a folder, and runs the cases of the manifest and of
/// those folders. Costs are measured on the events of the manifest's cases, or on a sample sign-up
/// if it has none.
///
/// With --no-times the output is reproducible. The digest at the top is that of the policy set, as
/// in `admit bundle`, `admit inspect` and the log of the function. The page omits the values of
/// settings, but the digest covers them: from it, a short secret could be guessed.
///
/// Exit status: 0 written, 1 error, 2 wrong usage. Failed cases are shown on the page and do not
/// change the status: use `admit test` and `admit check` in CI.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  admit report -o report.html
  admit report plugins/admit.toml --no-times -o report.html
  admit report plugins/email-domain -o - > report.html")]
pub(crate) struct Args {
    /// A manifest or its folder, a policy project, a component, or a bundle or package with its
    /// sources beside it
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// File to write, or `-` for standard output; an existing file is replaced
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// File with the cases [default: `cases.toml` beside PATH]
    #[arg(long, value_name = "FILE")]
    cases: Option<PathBuf>,
    /// Show the values of settings, which may be secrets, and not only their keys
    #[arg(long)]
    show_settings: bool,
    /// Omit timings (reproducible output)
    #[arg(long)]
    no_times: bool,
}

/// The number of decisions that are timed.
const DECISIONS: usize = 1_000;

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitStatus> {
        let path = manifest_behind(&self.path)?;
        let suite = Suite::at(&path, self.cases.as_deref());
        let output = match self.output == Path::new("-") {
            true => None,
            false => Some(Output::at(&self.output, self.inputs(&suite))?),
        };
        let loaded = suite.load()?;
        // A file that was specified is always read, so that a missing one is an error.
        let whole = match self.cases.is_some() || suite.file().exists() {
            true => Some(Tested::new(suite.run(None)?)),
            false => None,
        };
        let projects = loaded.manifest.policies.iter();
        let projects = projects.map(|policy| project(&suite, policy));
        let projects = projects.collect::<anyhow::Result<_>>()?;
        let measured = self.measured(&suite, &loaded)?;
        let findings = match suite.manifest() {
            Some(file) => check::check_manifest(file)?,
            None => check::check_component(&path, None)?,
        };
        let evidence = Evidence { findings, measured, whole, projects };
        let values = if self.show_settings { Values::Shown } else { Values::Hidden };
        let page = printable_lines(&page(&Report::new(&loaded, evidence, values)?)?);
        match output {
            None => printer::print(&page)?,
            Some(output) => output.write(page.as_bytes())?,
        }
        Ok(ExitStatus::Success)
    }

    /// The files that the command reads.
    fn inputs(&self, suite: &Suite) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        let within = entries.map(|entry| entry.path()).filter(|path| path.is_file());
        let is_bundle = self.path.join(INDEX).is_file();
        suite
            .files()
            .into_iter()
            .chain([self.path.clone()])
            .chain(within.filter(|_| is_bundle))
            .collect()
    }

    fn measured(&self, suite: &Suite, loaded: &LoadedManifest) -> anyhow::Result<Measured> {
        let texts = suite.events()?;
        let events: Vec<Event<'_>> =
            texts.iter().map(|text| Event::parse(text)).collect::<Result<_, _>>()?;
        let measure = match self.no_times {
            true => Measure::Fuel,
            false => Measure::Times { decisions: DECISIONS },
        };
        let policies = loaded
            .policy_set(Arc::new(compiled_cache::measuring_engine()?), &mut Compiled::new())?;
        Ok(Measured::new(&policies, &events, measure))
    }
}

/// Runs the cases of the project behind a policy of a manifest, if it has any.
fn project(suite: &Suite, policy: &Policy) -> anyhow::Result<Option<Tested>> {
    let Some(manifest) = suite.manifest() else { return Ok(None) };
    let project = manifest.parent().unwrap_or(Path::new("")).join(&policy.component);
    let own = Suite::at(&project, None);
    if !project.is_dir() || !own.file().exists() {
        return Ok(None);
    }
    Ok(Some(Tested::of_project(own.run(None)?, &policy.id)))
}
