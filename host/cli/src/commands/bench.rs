//! `admit bench`: measures the cost of policies.

use super::eval::object;
use crate::bench::{Comparison, Figures, Samples, event_files, measure, to_text};
use crate::cases::{Subject, Suite};
use crate::exit_status::ExitStatus;
use crate::output::file::Output;
use crate::output::format::Format;
use crate::output::printer;
use crate::policy_set::compiled_cache;
use crate::policy_set::loaded_manifest::{Grants, LoadedManifest, MANIFEST};
use admit_build::project;
use anyhow::bail;
use clap::error::ErrorKind;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Measure the fuel, memory and time of policies
///
/// Decides events many times, in the same sandboxes and under the same limits as in production,
/// and prints for each policy the cost of `configure`, which includes the instantiation, and of
/// `evaluate`. Fuel and memory are the same on every machine; times are not.
///
/// With `--baseline`, compares the figures with a file that `--save` wrote. An event that uses more
/// fuel than before is a regression; changes in memory and time are only shown.
///
/// Exit status: 0 measured, 3 a regression in fuel, 1 error, 2 wrong usage.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  admit bench --event events/
  admit bench target/admit/minimum.wasm --settings '{\"characters\": 8}'
  admit bench . --save baseline.json
  admit bench . --baseline baseline.json --max-regression 5")]
pub(crate) struct Args {
    /// A policy project, a manifest or its folder, or a component; a single policy is granted what
    /// it requests
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// Settings of a single policy
    #[arg(long, value_name = "JSON", value_parser = object)]
    settings: Option<Map<String, Value>>,
    /// Event to decide, or folder of events; can be repeated [default: a sample sign-up with an
    /// email address and a phone number]
    #[arg(long = "event", value_name = "FILE")]
    events: Vec<PathBuf>,
    /// Number of decisions to time; the events take turns, and each is decided at least once
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    samples: u32,
    /// Write the figures to a file; an existing file is replaced, even if it is the baseline
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Compare with a file that `--save` wrote
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Increase in fuel that is not a regression, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 0.0, value_parser = percent, requires = "baseline")]
    max_regression: f64,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitStatus> {
        // Invalid files are reported before any slow step.
        let baseline = self.baseline.as_deref().map(Figures::read).transpose()?;
        let events = event_files(&self.events)?;
        let save = self.save.as_deref().map(|path| {
            let inputs = Suite::at(&self.path, None).files().into_iter().chain(events.clone());
            Output::at(path, inputs.collect())
        });
        let save = save.transpose()?;
        let samples = match &events[..] {
            [] => Samples::built_in(),
            files => Samples::read(files)?,
        };
        let policies = load(&self.path, self.settings)?
            .into_policy_set(Arc::new(compiled_cache::measuring_engine()?))?;
        let count = usize::try_from(self.samples)?;
        let figures = measure(&policies, &samples, count)?;
        if let Some(save) = save {
            save.write(figures.to_json()?.as_bytes())?;
        }
        let comparison = baseline
            .map(|baseline| Comparison::new(&figures, &baseline, self.max_regression))
            .transpose()?;
        let text = match (self.format, &comparison) {
            (Format::Text, comparison) => to_text(&figures, comparison.as_ref()),
            (Format::Json, None) => figures.to_json()?,
            (Format::Json, Some(comparison)) => comparison.to_json_with(&figures)?,
        };
        printer::print(&text)?;
        Ok(match comparison.is_some_and(|comparison| comparison.is_a_regression()) {
            true => ExitStatus::Negative,
            false => ExitStatus::Success,
        })
    }
}

fn load(path: &Path, settings: Option<Map<String, Value>>) -> anyhow::Result<LoadedManifest> {
    let manifest = match Subject::at(path) {
        Subject::Policy(path) if path == Path::new(".") && !project::is_one(&path) => {
            bail!(
                "`{MANIFEST}` not found in the current directory; specify a manifest, a .wasm file \
                 or the folder of a policy project"
            )
        }
        Subject::Policy(path) => {
            let settings = settings.unwrap_or_default().into();
            return LoadedManifest::from_component(&path, Grants::AskedFor, settings);
        }
        Subject::Manifest(manifest) => manifest,
    };
    if settings.is_some() {
        let message = format!(
            "--settings is for a single policy; `{}` has settings of its own\n",
            manifest.display()
        );
        clap::Error::raw(ErrorKind::ArgumentConflict, message).exit();
    }
    let loaded = LoadedManifest::from_manifest(&manifest)?;
    match loaded.manifest.policies.is_empty() {
        true => bail!("`{}` has no policies to measure", manifest.display()),
        false => Ok(loaded),
    }
}

fn percent(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(percent) if (0.0..=1_000_000.0).contains(&percent) => Ok(percent),
        _ => Err("expected a percentage, such as `5` or `0.5`".to_owned()),
    }
}
