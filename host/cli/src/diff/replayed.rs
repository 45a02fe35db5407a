//! Stored events, paired with their recorded decisions.

use crate::diff::records::{Entry, Kind, LocatedEntry, Skipped};
use crate::diff::summary::{DecisionSummary, RecordedDecision};
use admit_core::Facts;
use std::collections::{HashMap, HashSet};

/// A recorded sign-up.
#[derive(Debug)]
pub(crate) struct RecordedSignUp {
    /// The id of its request, as printable text.
    pub(crate) name: String,
    /// The unchanged text of the event.
    pub(crate) event: String,
    /// The results of the look-ups.
    pub(crate) facts: Facts,
    /// The recorded decision.
    pub(crate) summary: DecisionSummary,
}

/// An event or a decision without its other half.
enum PartialPair {
    /// The name of an event and its text, or `None` if it was too large to be stored, and the
    /// results of its look-ups.
    Event(String, Option<String>, Facts),
    Decision(DecisionSummary),
}

/// Pairs events and decisions of the same request, in any order.
///
/// A request id can occur again, because the ids of `admit serve` restart with the process.
/// Therefore a complete pair is removed from the search, and lines with the same id are told apart
/// by their timestamps.
pub(crate) fn pair(entries: Vec<LocatedEntry>, skipped: &mut Skipped) -> Vec<RecordedSignUp> {
    let mut pairs = Vec::new();
    let mut waiting: HashMap<String, PartialPair> = HashMap::new();
    let mut seen: HashSet<(&'static str, String, String)> = HashSet::new();
    for LocatedEntry { place, entry } in entries {
        let (kind, id, timestamp, half) = match entry {
            Entry::Stored(stored) => {
                let name = stored.shown_id();
                (
                    "event",
                    stored.request_id,
                    stored.timestamp,
                    PartialPair::Event(name, stored.event, stored.facts),
                )
            }
            Entry::Decision(decision) => {
                let half = PartialPair::Decision(DecisionSummary::from(&decision));
                let RecordedDecision { request_id, timestamp, .. } = decision;
                ("decision", request_id, timestamp, half)
            }
            Entry::Other => {
                skipped.add(Kind::OtherLine);
                continue;
            }
            Entry::Event(_) => {
                let reason = "an event without its recorded decision; use `admit diff` for events";
                skipped.add_unreadable(place, reason.to_owned());
                continue;
            }
            Entry::Unreadable(reason) => {
                skipped.add_unreadable(place, reason);
                continue;
            }
        };
        // Overlapping logs contain the same lines.
        if !seen.insert((kind, id.clone(), timestamp)) {
            skipped.add(Kind::RepeatedLine);
            continue;
        }
        match (waiting.remove(&id), half) {
            (Some(PartialPair::Decision(summary)), PartialPair::Event(name, event, facts))
            | (Some(PartialPair::Event(name, event, facts)), PartialPair::Decision(summary)) => {
                match event {
                    Some(event) => pairs.push(RecordedSignUp { name, event, facts, summary }),
                    None => skipped.add(Kind::EventTooLarge),
                }
            }
            (before, half) => {
                // Two halves of the same kind: the first one remains unpaired.
                before.iter().for_each(|half| skipped.add(half.unpaired()));
                waiting.insert(id, half);
            }
        }
    }
    waiting.values().for_each(|half| skipped.add(half.unpaired()));
    pairs
}

impl PartialPair {
    /// The reason to skip it without its other half.
    fn unpaired(&self) -> Kind {
        match self {
            PartialPair::Event(..) => Kind::EventWithoutDecision,
            PartialPair::Decision(_) => Kind::DecisionWithoutEvent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, time: &str) -> String {
        format!(
            r#"{{"type":"stored-event","timestamp":"{time}","requestId":"{id}","bytes":2,"event":"{time}"}}"#
        )
    }

    fn decision(id: &str, time: &str) -> String {
        format!(
            r#"{{"type":"decision","timestamp":"{time}","requestId":"{id}","answer":"admit","flags":{{}},"policies":[]}}"#
        )
    }

    fn check(lines: &[String], pairs: &[(&str, &str)], skipped: Option<&str>) {
        let entries = lines
            .iter()
            .map(|line| LocatedEntry { place: "f".to_owned(), entry: Entry::parse(line) })
            .collect();
        let mut others = Skipped::default();
        let found = pair(entries, &mut others);
        let found: Vec<(&str, &str)> =
            found.iter().map(|r| (r.name.as_str(), r.event.as_str())).collect();
        assert_eq!(found, pairs);
        assert_eq!(others.in_words().as_deref(), skipped);
    }

    #[test]
    fn halves_are_paired_in_any_order() {
        let [a, b] = [event("a", "1"), decision("a", "2")];
        let [c, d] = [event("c", "3"), decision("c", "4")];
        check(&[a.clone(), b.clone()], &[("a", "1")], None);
        check(&[b.clone(), a.clone()], &[("a", "1")], None);
        check(&[a, d, b, c], &[("a", "1"), ("c", "3")], None);
    }

    #[test]
    fn ids_may_repeat_and_lines_may_not() {
        let first = [event("local-1", "1"), decision("local-1", "2")];
        let again = [event("local-1", "3"), decision("local-1", "4")];
        let both = [first.clone(), again].concat();
        check(&both, &[("local-1", "1"), ("local-1", "3")], None);
        let twice = [first.clone(), first].concat();
        check(&twice, &[("local-1", "1")], Some("2 duplicate lines"));
    }

    #[test]
    fn unpaired_halves_are_counted() {
        let lines = [
            decision("a", "1"),
            decision("b", "2"),
            event("c", "3"),
            decision("d", "4"),
            event("d", "5").replace("\"event\":\"5\"", "\"event\":null"),
            r#"{"type":"started"}"#.to_owned(),
        ];
        let expected = "2 decisions without their events, 1 event without its decision, \
                        1 event that was too large to be stored, 1 other line";
        check(&lines, &[], Some(expected));
    }
}
