//! `admit replay`: decides recorded sign-ups anew.

use crate::diff::comparison::Comparison;
use crate::diff::policy_source::{PolicySource, Shared};
use crate::diff::records::{self, Skipped};
use crate::diff::replayed;
use crate::diff::report::Report;
use crate::diff::summary::DecisionSummary;
use crate::exit_status::ExitStatus;
use crate::output::format::Format;
use crate::output::progress::Progress;
use crate::policy_set::compiled_cache;
use crate::policy_set::loaded_manifest::MANIFEST;
use crate::process::parallel;
use admit_cognito::Event;
use anyhow::bail;
use std::io::{Write, stdout};
use std::path::PathBuf;
use std::sync::Arc;

/// Decide recorded sign-ups anew, and list every decision that flips
///
/// Takes the function's log, in which events are stored where its variable `ADMIT_EVENTS`
/// says so, and decides each of them by a policy set. What comes out is compared with the
/// decision of that time, and listed as `admit diff` does. Nothing that is printed holds a
/// value of a sign-up; the log does, so keep it accordingly.
///
/// The log may be as the function writes it, as `aws logs tail` shows it, as `aws logs
/// filter-log-events` and `get-log-events` print it, or as `admit serve` leaves it. Lines
/// of other kinds are skipped and counted.
///
/// A bundle or package holds native code, which runs as it is: name only those that you, or
/// your CI, made.
///
/// Exit status: 0 nothing flips, 3 something flips, 1 could not be replayed, 2 wrong usage.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  admit replay admit.log --manifest new/admit.toml
  admit replay logs/ --manifest function.zip --format json
  aws logs tail /aws/lambda/admit --since 1d --format short | admit replay -")]
pub(crate) struct Args {
    /// Files with lines of the log, folders of such files (.json, .jsonl, .log, .ndjson; not
    /// of folders in them), or `-` for standard input
    #[arg(required = true)]
    records: Vec<PathBuf>,
    /// The policy set to decide by: a manifest, a bundle or a deployment package
    #[arg(long, value_name = "NEW", default_value = MANIFEST)]
    manifest: PathBuf,
    /// How many sign-ups of each group to name in the table, by the ids of their requests
    #[arg(long, default_value_t = 3, value_name = "NUMBER")]
    examples: usize,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitStatus> {
        // First what takes no time to be wrong.
        let new = PolicySource::at(&self.manifest)?;
        let mut skipped = Skipped::default();
        let sign_ups = replayed::pair(records::read(&self.records)?, &mut skipped);
        if sign_ups.is_empty() {
            skipped.warn();
            let found = skipped.in_words().unwrap_or_else(|| "nothing".to_owned());
            bail!(
                "no sign-up to replay: found {found}; the function stores events only where \
                 `ADMIT_EVENTS` says so"
            );
        }
        let engine = Arc::new(compiled_cache::engine()?);
        let policies = new.policy_set(&engine, &mut Shared::default())?;
        let progress = Progress::of(sign_ups.len(), "replaying sign-ups");
        let summaries = parallel::map(&sign_ups, |sign_up| {
            let event =
                Event::parse(sign_up.event.as_bytes()).map_err(|error| error.to_string())?;
            let summary = DecisionSummary::by(&policies, event.sign_up());
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
        let old = "the decisions of that time".to_owned();
        let report = Report::new((old, new.name()), comparison, skipped);
        stdout().write_all(report.render(self.format, self.examples)?.as_bytes())?;
        Ok(ExitStatus::of_answer(totals.flips == 0))
    }
}
