//! `admit check`: reports problems of a manifest or a policy.

use crate::check;
use crate::check::finding::Severity;
use crate::commands::eval::object;
use crate::exit_status::ExitStatus;
use crate::input::Input;
use crate::output::format::print_json;
use crate::output::printer;
use crate::package::deployment::manifest_behind;
use anyhow::bail;
use clap::ValueEnum;
use serde_json::{Map, Value};
use std::path::PathBuf;

/// Check a manifest or a policy before it is merged or deployed
///
/// Builds the policies whose `component` is a folder, and reports every problem: an invalid
/// manifest, a component that is not a policy, settings that its schema or the policy itself
/// rejects, grants that a policy does not request, requests that are not granted, a budget that is
/// too small for all policies, a policy that fails open, a failing case of `cases.toml`. A single
/// policy project or component is checked with the grants that it requests.
///
/// Every finding has the stable id of its rule. An error must be fixed before the policies are
/// deployed; a warning may be intended; a note is for information.
///
/// A folder is built by its language's tools, and cargo runs the project's build scripts and
/// macros. If you do not trust a policy, specify its .wasm file instead.
///
/// Exit status: 0 no errors; 3 errors, or warnings with --deny-warnings; 1 not checked; 2 wrong
/// usage.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  admit check
  admit check plugins/admit.toml --deny-warnings
  admit check plugins/minimum-username-length --settings '{\"characters\": 8}'
  admit check --format sarif > admit.sarif")]
pub(crate) struct Args {
    /// A manifest or its folder, a policy project, a component, or a bundle or package with its
    /// sources beside it [default: current directory]
    path: Option<PathBuf>,
    /// Settings of a single policy
    #[arg(long, value_name = "JSON", value_parser = object)]
    settings: Option<Map<String, Value>>,
    /// Exit with status 3 on warnings too
    #[arg(long)]
    deny_warnings: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// Each finding with its source lines
    Text,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations for GitHub Actions
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
                "--settings is for a single policy; `{}` is a manifest, which has its own settings",
                file.display()
            ),
            Input::Manifest(file) => check::check_manifest(&file)?,
            Input::Project(path) | Input::Component(path) => {
                check::check_component(&path, self.settings)?
            }
            Input::Bundle(path) | Input::Package(path) => {
                bail!("`{}` can only be checked by its sources", path.display())
            }
        };
        match self.format {
            Format::Text => printer::print(&findings.to_text())?,
            Format::Json => print_json(&findings.to_json())?,
            Format::Sarif => print_json(&findings.to_sarif())?,
            Format::Github => printer::print(&findings.to_github())?,
        }
        let passes = |severity| findings.count(severity) == 0;
        let is_clean =
            passes(Severity::Error) && (!self.deny_warnings || passes(Severity::Warning));
        Ok(ExitStatus::from_result(is_clean))
    }
}
