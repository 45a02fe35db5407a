//! Stored events, each with the decision of that time.

use crate::diff::records::{Entry, Found, Kind, Skipped};
use crate::diff::summary::{DecisionSummary, RecordedDecision};
use std::collections::{HashMap, HashSet};

/// A sign-up to be decided anew.
#[derive(Debug)]
pub(crate) struct Replayed {
    /// The id of its request, fit to be shown.
    pub(crate) name: String,
    /// The event as it came.
    pub(crate) event: String,
    /// What became of it.
    pub(crate) summary: DecisionSummary,
}

/// An event or a decision whose other half has not been found yet.
enum PartialPair {
    /// Its name and its text; no text if it was too large to be stored.
    Event(String, Option<String>),
    Decision(DecisionSummary),
}

/// Puts events and decisions of the same request together, whichever comes first.
///
/// An id may come again: `admit serve` begins anew with each start. So a pair that is complete
/// is done with, and a line is known by its time besides.
pub(crate) fn pair(found: Vec<Found>, skipped: &mut Skipped) -> Vec<Replayed> {
    let mut pairs = Vec::new();
    let mut waiting: HashMap<String, PartialPair> = HashMap::new();
    let mut seen: HashSet<(&'static str, String, String)> = HashSet::new();
    for Found { place, entry } in found {
        let (kind, id, timestamp, half) = match entry {
            Entry::Stored(stored) => {
                let name = stored.shown_id();
                (
                    "event",
                    stored.request_id,
                    stored.timestamp,
                    PartialPair::Event(name, stored.event),
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
                let reason =
                    "an event without the decision of that time, for which see `admit diff`";
                skipped.add_unreadable(place, reason.to_owned());
                continue;
            }
            Entry::Unreadable(reason) => {
                skipped.add_unreadable(place, reason);
                continue;
            }
        };
        // Logs that overlap have the same lines.
        if !seen.insert((kind, id.clone(), timestamp)) {
            skipped.add(Kind::RepeatedLine);
            continue;
        }
        match (waiting.remove(&id), half) {
            (Some(PartialPair::Decision(summary)), PartialPair::Event(name, event))
            | (Some(PartialPair::Event(name, event)), PartialPair::Decision(summary)) => {
                match event {
                    Some(event) => pairs.push(Replayed { name, event, summary }),
                    None => skipped.add(Kind::EventTooLarge),
                }
            }
            (before, half) => {
                // Of the same kind: the one before stays alone.
                before.iter().for_each(|half| skipped.add(half.alone()));
                waiting.insert(id, half);
            }
        }
    }
    waiting.values().for_each(|half| skipped.add(half.alone()));
    pairs
}

impl PartialPair {
    /// Why it takes no part without its other half.
    fn alone(&self) -> Kind {
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
        let found = lines
            .iter()
            .map(|line| Found { place: "f".to_owned(), entry: Entry::of(line) })
            .collect();
        let mut others = Skipped::default();
        let found = pair(found, &mut others);
        let found: Vec<(&str, &str)> =
            found.iter().map(|r| (r.name.as_str(), r.event.as_str())).collect();
        assert_eq!(found, pairs);
        assert_eq!(others.in_words().as_deref(), skipped);
    }

    #[test]
    fn halves_find_each_other_in_any_order() {
        let [a, b] = [event("a", "1"), decision("a", "2")];
        let [c, d] = [event("c", "3"), decision("c", "4")];
        check(&[a.clone(), b.clone()], &[("a", "1")], None);
        check(&[b.clone(), a.clone()], &[("a", "1")], None);
        check(&[a, d, b, c], &[("a", "1"), ("c", "3")], None);
    }

    #[test]
    fn an_id_may_come_again_and_a_line_may_not() {
        let first = [event("local-1", "1"), decision("local-1", "2")];
        let again = [event("local-1", "3"), decision("local-1", "4")];
        let both = [first.clone(), again].concat();
        check(&both, &[("local-1", "1"), ("local-1", "3")], None);
        let twice = [first.clone(), first].concat();
        check(&twice, &[("local-1", "1")], Some("2 lines that are there twice"));
    }

    #[test]
    fn what_has_no_other_half_is_counted() {
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
