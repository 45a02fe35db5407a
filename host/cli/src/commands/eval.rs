//! `admit eval`: decides one sign-up.

use crate::exit_status::ExitStatus;
use crate::explain::{self, Explanation};
use crate::output::format::{self, Format};
use crate::output::printer;
use crate::policy_set::compiled_cache;
use crate::policy_set::event;
use crate::policy_set::facts;
use crate::policy_set::loaded_manifest::{Grants, LoadedManifest, MANIFEST};
use admit_cognito::Reply;
use admit_core::Answer;
use serde_json::{Map, Value};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Decide one sign-up, as the Lambda function would
///
/// Builds the policies whose `component` is a folder, decides the event, and prints the answer of
/// the Lambda function: the event with its flags, or the error that denies the sign-up.
///
/// Exit status: 0 admitted, 3 denied, 1 error, 2 wrong usage.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  admit eval event.json --explain
  admit eval --manifest plugins/admit.toml tests/events/sign-up.json
  admit eval --policy minimum.wasm --settings '{\"characters\": 8}' - < event.json")]
pub(crate) struct Args {
    /// Manifest
    #[arg(long, value_name = "FILE", default_value = MANIFEST, conflicts_with = "policy")]
    manifest: PathBuf,
    /// A single component or policy project instead of a manifest; it is granted everything
    #[arg(long, value_name = "COMPONENT")]
    policy: Option<PathBuf>,
    /// Settings of that policy
    #[arg(long, value_name = "JSON", requires = "policy", conflicts_with = "manifest", value_parser = object)]
    settings: Option<Map<String, Value>>,
    /// JSON file with the results of the look-ups that the manifest declares: an object with a
    /// member for each look-up, `{ "users": […] }`, `{ "time": … }` or `{ "error": … }`
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// Also print the verdict of each policy and whether it counted, the votes behind each flag, and
    /// the policies without which the decision would have been different
    #[arg(long)]
    explain: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text, conflicts_with = "explain")]
    format: Format,
    /// File with a pre sign-up event, or `-` for standard input
    event: PathBuf,
}

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitStatus> {
        let (name, bytes) = event::read(&self.event)?;
        let event = event::parse(&name, &bytes)?;
        let policies = match &self.policy {
            Some(component) => {
                let settings = self.settings.unwrap_or_default().into();
                LoadedManifest::from_component(component, Grants::Everything, settings)?
            }
            None => {
                let loaded = LoadedManifest::from_manifest(&self.manifest)?;
                loaded.check_that_it_has_policies()?;
                loaded
            }
        }
        .into_policy_set(Arc::new(compiled_cache::engine()?))?;
        // Cognito does not wait for this answer, so only the manifest's budget limits the time.
        let pending = policies.start(event.sign_up(), Duration::MAX);
        let facts = facts::read(self.facts.as_deref(), &pending.requests())?;
        let trace = pending.finish(&facts);
        let reply = Reply::new(&event, &trace.decision.answer);
        let explanation = Explanation::new(&event, &policies, &trace, &reply);
        match self.format {
            Format::Json => printer::print(&explanation.to_json()?)?,
            Format::Text => format::print_answer(&explain::reply_text(&reply)?)?,
        }
        if self.explain && self.format == Format::Text {
            printer::print(&format!("\n{}", explanation.to_table()))?;
        }
        Ok(match trace.decision.answer {
            Answer::Admit(_) => ExitStatus::Success,
            Answer::Deny(_) => ExitStatus::Negative,
        })
    }
}

/// Parses the settings of a policy on the command line.
pub(super) fn object(json: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(json).map_err(|error| format!("expected a JSON object: {error}"))
}
