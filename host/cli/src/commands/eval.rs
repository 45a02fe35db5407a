//! `admit eval`: decides one sign-up.

use crate::exit_status::ExitStatus;
use crate::explain::{self, Explanation};
use crate::output::format::{self, Format};
use crate::policy_set::compiled_cache;
use crate::policy_set::event;
use crate::policy_set::loaded_manifest::{Grants, LoadedManifest, MANIFEST};
use admit_cognito::Reply;
use admit_core::Answer;
use admit_engine::read_at_most;
use anyhow::Context;
use serde_json::{Map, Value};
use std::fs::File;
use std::io::{IsTerminal, Write, stdin, stdout};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Decide one sign-up, as the Lambda function would
///
/// Builds the policies that the manifest names by folder, decides the event and prints
/// what the Lambda function would answer: the event with its flags, or the error that
/// denies the sign-up.
///
/// Exit status: 0 admitted, 3 denied, 1 could not be decided, 2 wrong usage.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  admit eval event.json --explain
  admit eval --manifest plugins/admit.toml tests/events/sign-up.json
  admit eval --policy minimum.wasm --settings '{\"characters\": 8}' - < event.json")]
pub(crate) struct Args {
    /// The manifest
    #[arg(long, value_name = "FILE", default_value = MANIFEST, conflicts_with = "policy")]
    manifest: PathBuf,
    /// One component, or the folder of a policy project, instead of a manifest; it may see
    /// and decide everything
    #[arg(long, value_name = "COMPONENT")]
    policy: Option<PathBuf>,
    /// The settings of that policy
    #[arg(long, value_name = "JSON", requires = "policy", conflicts_with = "manifest", value_parser = object)]
    settings: Option<Map<String, Value>>,
    /// Print a table of what each policy said and whether it counted, who set the flags, and
    /// without whom the decision would have been another
    #[arg(long)]
    explain: bool,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Text, conflicts_with = "explain")]
    format: Format,
    /// A pre sign-up event of Cognito, or `-` to read it from standard input
    event: PathBuf,
}

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitStatus> {
        let (name, bytes) = read(&self.event)?;
        let event = event::parse(&name, &bytes)?;
        let policies = match &self.policy {
            Some(component) => {
                let settings = self.settings.unwrap_or_default().into();
                LoadedManifest::from_component(component, Grants::Everything, settings)?
            }
            None => {
                let assembly = LoadedManifest::from_manifest(&self.manifest)?;
                assembly.check_that_somebody_decides()?;
                assembly
            }
        }
        .into_policy_set(Arc::new(compiled_cache::engine()?))?;
        // Here nobody waits: the manifest's own budget is the only one.
        let deliberation = policies.decide(event.sign_up(), Duration::MAX);
        let reply = Reply::new(&event, &deliberation.decision.answer);
        let explanation = Explanation::new(&event, &policies, &deliberation, &reply);
        let text = match self.format {
            Format::Json => explanation.to_json()?,
            Format::Text if self.explain => {
                format!("{}\n{}", answer(&reply)?, explanation.to_table())
            }
            Format::Text => answer(&reply)?,
        };
        stdout().write_all(text.as_bytes())?;
        Ok(match deliberation.decision.answer {
            Answer::Admit(_) => ExitStatus::Success,
            Answer::Deny(_) => ExitStatus::Negative,
        })
    }
}

/// What the Lambda function would answer, to the byte but on a terminal: whoever signed up
/// wrote part of it.
fn answer(reply: &Reply) -> serde_json::Result<String> {
    let text = explain::reply_text(reply)?;
    Ok(if stdout().is_terminal() { format::visible(&text) } else { text })
}

/// The settings of a policy, from the command line.
pub(super) fn object(json: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(json).map_err(|error| format!("expected a JSON object itself: {error}"))
}

/// The largest event that is read; Lambda hands over 6 MiB at most.
const MAX_EVENT: u64 = 16 << 20;

/// An event and the name to call it by.
fn read(path: &Path) -> anyhow::Result<(String, Vec<u8>)> {
    if path == Path::new("-") {
        let bytes = read_at_most(stdin(), MAX_EVENT)
            .context("cannot read the event from standard input")?;
        return Ok(("standard input".to_owned(), bytes));
    }
    let name = path.display().to_string();
    let bytes = File::open(path).and_then(|file| read_at_most(file, MAX_EVENT));
    let bytes = bytes.with_context(|| format!("cannot read the event `{name}`"))?;
    Ok((name, bytes))
}
