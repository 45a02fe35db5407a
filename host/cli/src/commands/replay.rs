//! `admit replay`: decides recorded sign-ups again.

use crate::diff::comparison::Comparison;
use crate::diff::policy_source::{PolicySource, Shared};
use crate::diff::records::{self, Skipped};
use crate::diff::replayed;
use crate::diff::report::Report;
use crate::diff::summary::DecisionSummary;
use crate::exit_status::ExitStatus;
use crate::output::format::Format;
use crate::output::printer;
use crate::output::progress::Progress;
use crate::policy_set::compiled_cache;
use crate::policy_set::loaded_manifest::MANIFEST;
use crate::process::parallel;
use admit_cognito::Event;
use anyhow::bail;
use std::path::PathBuf;
use std::sync::Arc;

/// Decide recorded sign-ups again, and list every decision that flips
///
/// Reads the function's log, which contains events if the variable `ADMIT_EVENTS` enables them, and
/// decides each event with a policy set. The decisions are compared with the recorded ones, and
/// listed as `admit diff` does. The output contains no values of sign-ups; the log does, so protect
/// it accordingly.
///
/// The log can have the form in which the function or `admit serve` writes it, or that of `aws logs
/// tail`, `aws logs filter-log-events` or `aws logs get-log-events`. Other lines are skipped and
/// counted.
///
/// A bundle or package contains native code, which runs unchanged: use only those that you or your
/// CI made.
///
/// Exit status: 0 no flips, 3 flips, 1 error, 2 wrong usage.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  admit replay admit.log --manifest new/admit.toml
  admit replay logs/ --manifest function.zip --format json
  aws logs tail /aws/lambda/admit --since 1d --format short | admit replay -")]
pub(crate) struct Args {
    /// Files with lines of the log, folders of such files (.json, .jsonl, .log, .ndjson; subfolders
    /// are not read), or `-` for standard input
    #[arg(required = true)]
    records: Vec<PathBuf>,
    /// Policy set to decide with: a manifest, a bundle or a deployment package
    #[arg(long, value_name = "NEW", default_value = MANIFEST)]
    manifest: PathBuf,
    /// Number of sign-ups to list per group in the table, by their request ids
    #[arg(long, default_value_t = 3, value_name = "NUMBER")]
    examples: usize,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitStatus> {
        // Invalid paths are reported before any slow step.
        let new = PolicySource::at(&self.manifest)?;
        let mut skipped = Skipped::default();
        let sign_ups = replayed::pair(records::read(&self.records)?, &mut skipped);
        if sign_ups.is_empty() {
            skipped.warn();
            let found = skipped.in_words().unwrap_or_else(|| "nothing".to_owned());
            bail!(
                "no sign-ups to replay: found {found}; the function stores events only if \
                 `ADMIT_EVENTS` enables it"
            );
        }
        let engine = Arc::new(compiled_cache::engine()?);
        let policies = new.policy_set(&engine, &mut Shared::default())?;
        let progress = Progress::of(sign_ups.len(), "replaying sign-ups");
        let summaries = parallel::map(&sign_ups, |sign_up| {
            let event =
                Event::parse(sign_up.event.as_bytes()).map_err(|error| error.to_string())?;
            let summary = DecisionSummary::decide(&policies, event.sign_up(), &sign_up.facts);
            progress.advance();
            Ok::<_, String>(summary)
        });
        drop(progress);
        let mut comparison = Comparison::default();
        for (sign_up, summary) in sign_ups.into_iter().zip(summaries) {
            match summary {
                Ok(summary) => comparison.add(sign_up.name, &sign_up.summary, &summary),
                Err(reason) => skipped.add_unreadable(sign_up.name, reason),
            }
        }
        skipped.warn();
        let totals = comparison.totals();
        let old = "recorded decisions".to_owned();
        let report = Report::new((old, new.name()), comparison, skipped);
        printer::print(&report.render(self.format, self.examples)?)?;
        Ok(ExitStatus::from_result(totals.flips == 0))
    }
}
