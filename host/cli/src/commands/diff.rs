//! `admit diff`: compares the decisions of two policy sets.

use crate::diff::comparison::Comparison;
use crate::diff::policy_source::{PolicySource, Shared};
use crate::diff::records::{self, Entry, Found, Kind, Skipped};
use crate::diff::report::Report;
use crate::diff::summary::DecisionSummary;
use crate::exit_status::ExitStatus;
use crate::output::format::Format;
use crate::output::progress::Progress;
use crate::policy_set::compiled_cache;
use crate::process::parallel;
use admit_cognito::Event;
use anyhow::bail;
use std::io::{Write, stdout};
use std::path::PathBuf;
use std::sync::Arc;

/// Decide the same sign-ups by two policy sets, and list every decision that flips
///
/// A policy set is a manifest, the folder of a bundle (`admit bundle -o`) or a deployment
/// package (`admit bundle --zip`). The flips are grouped by what changes and by the policy
/// and the code, or the votes, that bring it about. A sign-up that is denied both times, but
/// by another policy or with another code, is listed and is no flip. Nothing that is printed
/// holds a value of a sign-up.
///
/// Of a bundle or package that another version of `admit` made, or for another kind of machine, the
/// sources are compiled: the folder that `admit bundle` puts beside it.
///
/// A bundle or package holds native code, which runs as it is, outside of any sandbox's
/// protection if whoever made it is hostile: compare only those that you, or your CI, made.
/// Of others compare the manifests.
///
/// Exit status: 0 nothing flips, 3 something flips, 1 could not be compared, 2 wrong usage.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  admit diff deployed.zip admit.toml --events events/
  admit diff old/admit.toml new/admit.toml --events events.ndjson --format json
  admit diff old.toml new.toml --events - < admit.log")]
pub(crate) struct Args {
    /// The policy set to compare with: a manifest, a bundle or a deployment package
    old: PathBuf,
    /// The policy set that is compared
    new: PathBuf,
    /// What to decide: an event (.json), files with an event a line, logs of the function with
    /// stored events, folders of such files (.json, .jsonl, .log, .ndjson; not of folders in
    /// them), or `-` for standard input. What is no event is skipped and reported
    #[arg(long, required = true, num_args = 1.., value_name = "PATH")]
    events: Vec<PathBuf>,
    /// How many sign-ups of each group to name in the table
    #[arg(long, default_value_t = 3, value_name = "NUMBER")]
    examples: usize,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitStatus> {
        // First what takes no time to be wrong.
        let (old, new) = (PolicySource::at(&self.old)?, PolicySource::at(&self.new)?);
        let mut skipped = Skipped::default();
        let events = events(records::read(&self.events)?, &mut skipped);
        let engine = Arc::new(compiled_cache::engine()?);
        let mut shared = Shared::default();
        let sets = [old.policy_set(&engine, &mut shared)?, new.policy_set(&engine, &mut shared)?];
        let progress = Progress::of(events.len(), "deciding sign-ups");
        let summaries = parallel::map(&events, |(_, text)| {
            let event = Event::parse(text.as_bytes()).map_err(|error| error.to_string())?;
            let summaries = sets.each_ref().map(|set| DecisionSummary::by(set, event.sign_up()));
            progress.advance();
            Ok::<_, String>(summaries)
        });
        drop(progress);
        let mut comparison = Comparison::default();
        for ((name, _), summaries) in events.into_iter().zip(summaries) {
            match summaries {
                Ok([before, after]) => comparison.add(name, &before, &after),
                Err(reason) => skipped.add_unreadable(name, reason),
            }
        }
        skipped.warn();
        let totals = comparison.totals();
        if totals.sign_ups == 0 {
            let found = skipped.in_words().unwrap_or_else(|| "nothing".to_owned());
            bail!("no event to decide: found {found}");
        }
        let report = Report::new((old.name(), new.name()), comparison, skipped);
        stdout().write_all(report.render(self.format, self.examples)?.as_bytes())?;
        Ok(ExitStatus::of_answer(totals.flips == 0))
    }
}

/// The events among what was found, each with its name.
fn events(found: Vec<Found>, skipped: &mut Skipped) -> Vec<(String, String)> {
    let mut events = Vec::new();
    for Found { place, entry } in found {
        match entry {
            Entry::Event(event) => events.push((place, event)),
            Entry::Stored(stored) => match stored.event {
                Some(ref event) => events.push((stored.shown_id(), event.clone())),
                None => skipped.add(Kind::EventTooLarge),
            },
            Entry::Decision(_) | Entry::Other => skipped.add(Kind::OtherLine),
            Entry::Unreadable(reason) => skipped.add_unreadable(place, reason),
        }
    }
    events
}
