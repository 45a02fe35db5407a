//! Skipped input of a comparison, counted by reason.

use crate::output::printer;
use admit_core::grouped;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use std::collections::BTreeMap;

/// The input that is not compared, with the reasons.
#[derive(Debug, Default)]
pub(crate) struct Skipped {
    counts: BTreeMap<Kind, u64>,
    /// The places and reasons of unreadable input.
    unreadable: Vec<(String, String)>,
}

/// The reason for skipping input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Kind {
    /// Not an event, though possibly intended as one.
    Unreadable,
    /// A decision without its event.
    DecisionWithoutEvent,
    /// A stored event without its decision.
    EventWithoutDecision,
    /// An event that was too large to be stored.
    EventTooLarge,
    /// A duplicate of an earlier line.
    RepeatedLine,
    /// Another line of a log.
    OtherLine,
}

/// The maximum number of places in the warnings.
const MAX_NAMED: usize = 10;

impl Skipped {
    pub(crate) fn add(&mut self, kind: Kind) {
        *self.counts.entry(kind).or_default() += 1;
    }

    /// Adds unreadable input. The reason must not quote it.
    pub(crate) fn add_unreadable(&mut self, place: String, reason: String) {
        self.add(Kind::Unreadable);
        self.unreadable.push((place, reason));
    }

    /// Warns of unreadable input, because skipping it may not be intended.
    pub(crate) fn warn(&self) {
        for (place, reason) in self.unreadable.iter().take(MAX_NAMED) {
            printer::say(&format!("warning: `{place}` is skipped: {reason}"));
        }
        let more = self.unreadable.len().saturating_sub(MAX_NAMED);
        if more > 0 {
            printer::say(&format!("warning: and {} more", grouped(more as u64)));
        }
    }

    /// The counts as a list in words, or `None` if nothing was skipped.
    pub(crate) fn in_words(&self) -> Option<String> {
        let words = self.counts.iter().map(|(kind, count)| {
            let words = match (kind, count) {
                (Kind::Unreadable, _) => "unreadable",
                (Kind::DecisionWithoutEvent, 1) => "decision without its event",
                (Kind::DecisionWithoutEvent, _) => "decisions without their events",
                (Kind::EventWithoutDecision, 1) => "event without its decision",
                (Kind::EventWithoutDecision, _) => "events without their decisions",
                (Kind::EventTooLarge, 1) => "event that was too large to be stored",
                (Kind::EventTooLarge, _) => "events that were too large to be stored",
                (Kind::RepeatedLine, 1) => "duplicate line",
                (Kind::RepeatedLine, _) => "duplicate lines",
                (Kind::OtherLine, 1) => "other line",
                (Kind::OtherLine, _) => "other lines",
            };
            format!("{} {words}", grouped(*count))
        });
        Some(words.collect::<Vec<_>>().join(", ")).filter(|words| !words.is_empty())
    }
}

/// The counts, then the places of unreadable input.
impl Serialize for Skipped {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Unreadable<'a> {
            place: &'a str,
            reason: &'a str,
        }
        let mut map = serializer.serialize_map(None)?;
        for (kind, count) in &self.counts {
            map.serialize_entry(kind, count)?;
        }
        if !self.unreadable.is_empty() {
            let list = self.unreadable.iter();
            let list: Vec<_> = list.map(|(place, reason)| Unreadable { place, reason }).collect();
            map.serialize_entry("unreadablePlaces", &list)?;
        }
        map.end()
    }
}
