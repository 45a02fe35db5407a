//! `admit diff`: compares the decisions of two policy sets.

use crate::diff::comparison::Comparison;
use crate::diff::policy_source::{PolicySource, Shared};
use crate::diff::records::{self, Entry, Kind, LocatedEntry, Skipped};
use crate::diff::report::Report;
use crate::diff::summary::DecisionSummary;
use crate::exit_status::ExitStatus;
use crate::output::format::Format;
use crate::output::printer;
use crate::output::progress::Progress;
use crate::policy_set::compiled_cache;
use crate::process::parallel;
use admit_cognito::Event;
use admit_core::Facts;
use anyhow::bail;
use std::path::PathBuf;
use std::sync::Arc;

/// Decide the same sign-ups with two policy sets, and list every decision that flips
///
/// A policy set is a manifest, the folder of a bundle (`admit bundle -o`) or a deployment package
/// (`admit bundle --zip`). Flips are grouped by the change and its cause: the policy and the code,
/// or the votes. A sign-up that both sets deny, but by another policy or with another code, is
/// listed and is not a flip. The output contains no values of sign-ups.
///
/// If a bundle or package was made by another version of `admit`, or for another architecture, its
/// sources are compiled instead: the folder that `admit bundle` writes beside it.
///
/// A bundle or package contains native code, which runs unchanged: the sandbox does not protect
/// from a hostile one. Compare only bundles and packages that you or your CI made; otherwise
/// compare the manifests.
///
/// Exit status: 0 no flips, 3 flips, 1 error, 2 wrong usage.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  admit diff deployed.zip admit.toml --events events/
  admit diff old/admit.toml new/admit.toml --events events.ndjson --format json
  admit diff old.toml new.toml --events - < admit.log")]
pub(crate) struct Args {
    /// Policy set to compare with: a manifest, a bundle or a deployment package
    old: PathBuf,
    /// Policy set to compare
    new: PathBuf,
    /// Events to decide: a file with one event (.json) or one event per line, a log of the function
    /// with stored events, a folder of such files (.json, .jsonl, .log, .ndjson; subfolders are not
    /// read), or `-` for standard input. Other input is skipped and reported
    #[arg(long, required = true, num_args = 1.., value_name = "PATH")]
    events: Vec<PathBuf>,
    /// Number of sign-ups to list per group in the table
    #[arg(long, default_value_t = 3, value_name = "NUMBER")]
    examples: usize,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitStatus> {
        // Invalid paths are reported before any slow step.
        let (old, new) = (PolicySource::at(&self.old)?, PolicySource::at(&self.new)?);
        let mut skipped = Skipped::default();
        let events = events(records::read(&self.events)?, &mut skipped);
        let engine = Arc::new(compiled_cache::engine()?);
        let mut shared = Shared::default();
        let sets = [old.policy_set(&engine, &mut shared)?, new.policy_set(&engine, &mut shared)?];
        let progress = Progress::of(events.len(), "deciding sign-ups");
        let summaries = parallel::map(&events, |(_, text, facts)| {
            let event = Event::parse(text.as_bytes()).map_err(|error| error.to_string())?;
            let summaries =
                sets.each_ref().map(|set| DecisionSummary::decide(set, event.sign_up(), facts));
            progress.advance();
            Ok::<_, String>(summaries)
        });
        drop(progress);
        let mut comparison = Comparison::default();
        for ((name, ..), summaries) in events.into_iter().zip(summaries) {
            match summaries {
                Ok([before, after]) => comparison.add(name, &before, &after),
                Err(reason) => skipped.add_unreadable(name, reason),
            }
        }
        skipped.warn();
        let totals = comparison.totals();
        if totals.sign_ups == 0 {
            let found = skipped.in_words().unwrap_or_else(|| "nothing".to_owned());
            bail!("no events to decide: found {found}");
        }
        let report = Report::new((old.name(), new.name()), comparison, skipped);
        printer::print(&report.render(self.format, self.examples)?)?;
        Ok(ExitStatus::from_result(totals.flips == 0))
    }
}

/// The events by name, with the facts that were stored with them.
fn events(entries: Vec<LocatedEntry>, skipped: &mut Skipped) -> Vec<(String, String, Facts)> {
    let mut events = Vec::new();
    for LocatedEntry { place, entry } in entries {
        match entry {
            Entry::Event(event) => events.push((place, event, Facts::default())),
            Entry::Stored(stored) => match stored.event {
                Some(ref event) => {
                    events.push((stored.shown_id(), event.clone(), stored.facts));
                }
                None => skipped.add(Kind::EventTooLarge),
            },
            Entry::Decision(_) | Entry::Other => skipped.add(Kind::OtherLine),
            Entry::Unreadable(reason) => skipped.add_unreadable(place, reason),
        }
    }
    events
}
