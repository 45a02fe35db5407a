//! `admit report`: writes a page about a policy set.

use crate::cases::Suite;
use crate::check;
use crate::exit_status::ExitStatus;
use crate::output::file::Output;
use crate::package::deployment::manifest_behind;
use crate::policy_set::compiled_cache;
use crate::policy_set::loaded_manifest::{Compiled, LoadedManifest};
use crate::report::{Measure, Measured, Report, Tested, Trials, Values, page};
use admit_cognito::Event;
use admit_core::Policy;
use admit_engine::bundle::INDEX;
use std::fs;
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Write one page about a policy set, for a review meeting
///
/// The page says of each policy what it is, what it may see and decide beside what it asks
/// for, its limits and how much of them it used, its denials and its cases, how verdicts merge,
/// and what `admit check` finds. Everything on it is computed; the words of a policy's author
/// are marked as such. It is one file of HTML that loads nothing and runs nothing, for a screen,
/// a phone or paper. A policy set that cannot be loaded has no page: `admit check` says why.
///
/// Builds the policies that the manifest names by folder, and runs the cases of the manifest
/// and of those folders. The events of the manifest's cases, or a sample sign-up if there are
/// none, are what is measured.
///
/// With --no-times the same input gives the same bytes. The digest at the top is that of the policy
/// set, which `admit bundle`, `admit inspect` and the log of the function say as well. The values of
/// settings are left out, but they are part of it: who knows all but a short secret could find it.
///
/// Exit status: 0 written, 1 could not be written, 2 wrong usage. Cases that fail are part of
/// the page; `admit test` and `admit check` are the gates.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  admit report -o report.html
  admit report plugins/admit.toml --no-times -o report.html
  admit report plugins/email-domain -o - > report.html")]
pub(crate) struct Args {
    /// A manifest or the folder of one, the folder of a policy project, a component, or a bundle or
    /// package with its sources beside it
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// The file to write, or `-` for standard output; one that is there already is replaced,
    /// a device or a pipe is written to
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// The cases, where they do not stand beside it in `cases.toml`
    #[arg(long, value_name = "FILE")]
    cases: Option<PathBuf>,
    /// Show the values of settings, which may be secrets, not only their keys
    #[arg(long)]
    show_settings: bool,
    /// Leave out times, which are never the same twice
    #[arg(long)]
    no_times: bool,
}

/// How many decisions are measured.
const DECISIONS: usize = 1_000;

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitStatus> {
        let path = manifest_behind(&self.path)?;
        let suite = Suite::at(&path, self.cases.as_deref());
        let output = match self.output == Path::new("-") {
            true => None,
            false => Some(Output::at(&self.output, self.inputs(&suite))?),
        };
        let assembly = suite.assembly()?;
        // A file that somebody named is read, whether it is there or not.
        let whole = match self.cases.is_some() || suite.file().exists() {
            true => Some(Tested::of(suite.run(None)?)),
            false => None,
        };
        let projects = assembly.manifest.policies.iter();
        let projects = projects.map(|policy| project(&suite, policy));
        let projects = projects.collect::<anyhow::Result<_>>()?;
        let measured = self.measured(&suite, &assembly)?;
        let findings = match suite.manifest() {
            Some(file) => check::of_manifest(file)?,
            None => check::of_component(&path, None)?,
        };
        let trials = Trials { findings, measured, whole, projects };
        let values = if self.show_settings { Values::Shown } else { Values::Hidden };
        let page = page(&Report::of(&assembly, trials, values)?)?;
        match output {
            None => stdout().write_all(page.as_bytes())?,
            Some(output) => output.write(page.as_bytes())?,
        }
        Ok(ExitStatus::Success)
    }

    /// The files that the page is made from.
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

    fn measured(&self, suite: &Suite, assembly: &LoadedManifest) -> anyhow::Result<Measured> {
        let texts = suite.events()?;
        let events: Vec<Event<'_>> =
            texts.iter().map(|text| Event::parse(text)).collect::<Result<_, _>>()?;
        let measure = match self.no_times {
            true => Measure::Fuel,
            false => Measure::Times { decisions: DECISIONS },
        };
        let policies = assembly
            .policy_set(Arc::new(compiled_cache::measuring_engine()?), &mut Compiled::new())?;
        Ok(Measured::of(&policies, &events, measure))
    }
}

/// What came of the cases of the project behind a policy of a manifest, if it has any.
fn project(suite: &Suite, policy: &Policy) -> anyhow::Result<Option<Tested>> {
    let Some(manifest) = suite.manifest() else { return Ok(None) };
    let project = manifest.parent().unwrap_or(Path::new("")).join(&policy.component);
    let own = Suite::at(&project, None);
    if !project.is_dir() || !own.file().exists() {
        return Ok(None);
    }
    Ok(Some(Tested::of_project(own.run(None)?, &policy.id)))
}
