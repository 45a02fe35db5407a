//! `admit check`: finds what is wrong with a manifest or a policy.

use crate::check;
use crate::check::finding::Severity;
use crate::commands::eval::object;
use crate::exit_status::ExitStatus;
use crate::input::Input;
use crate::output::format::print_json;
use crate::package::deployment::manifest_behind;
use anyhow::bail;
use clap::ValueEnum;
use serde_json::{Map, Value};
use std::io::{Write, stdout};
use std::path::PathBuf;

/// Check a manifest or a policy before it is merged or deployed
///
/// Builds the policies that the manifest names by folder, and says everything that is not as
/// it should be: a manifest that is not valid, a component that cannot be a policy, settings
/// that its schema or the policy itself does not accept, more or less granted than a policy
/// asks for, a budget without room for all, a policy that fails open, a case of `cases.toml`
/// that does not go as it expects. A policy project or a component by itself is checked with
/// the grants that it asks for.
///
/// Every finding names its rule, which is stable. Errors are for what must not be deployed as
/// it is, warnings for what may be meant so, notes for what is good to know.
///
/// A folder is built by cargo, which runs the project's build scripts and macros: for a policy
/// that you do not trust, name the .wasm file.
///
/// Exit status: 0 no errors; 3 errors, or with --deny-warnings errors or warnings; 1 could not
/// be checked; 2 wrong usage.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  admit check
  admit check plugins/admit.toml --deny-warnings
  admit check plugins/minimum-username-length --settings '{\"characters\": 8}'
  admit check --format sarif > admit.sarif")]
pub(crate) struct Args {
    /// A manifest, a component, the folder of a manifest or a policy project, or a bundle or package
    /// with its sources beside it; where none is named, what is here
    path: Option<PathBuf>,
    /// The settings of a policy that is checked by itself
    #[arg(long, value_name = "JSON", value_parser = object)]
    settings: Option<Map<String, Value>>,
    /// End with status 3 for warnings too
    #[arg(long)]
    deny_warnings: bool,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// Each finding with its lines
    Text,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
}

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitStatus> {
        let input = match self.path {
            Some(path) => Input::detect(&manifest_behind(&path)?),
            None => Input::here(),
        };
        let findings = match input {
            Input::Manifest(file) if self.settings.is_some() => bail!(
                "`{}` is a manifest, in which each policy has its own settings: leave --settings out",
                file.display()
            ),
            Input::Manifest(file) => check::of_manifest(&file)?,
            Input::Project(path) | Input::Component(path) => {
                check::of_component(&path, self.settings)?
            }
            Input::Bundle(path) | Input::Package(path) => {
                bail!("`{}` is checked by its sources", path.display())
            }
        };
        match self.format {
            Format::Text => stdout().write_all(findings.to_text().as_bytes())?,
            Format::Json => print_json(&findings.to_json())?,
            Format::Sarif => print_json(&findings.to_sarif())?,
            Format::Github => stdout().write_all(findings.to_github().as_bytes())?,
        }
        let passes = |severity| findings.count(severity) == 0;
        let is_clean =
            passes(Severity::Error) && (!self.deny_warnings || passes(Severity::Warning));
        Ok(ExitStatus::of_answer(is_clean))
    }
}
