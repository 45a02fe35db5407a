//! The counterfactual of a decision in sentences.

use super::wording::admitted;
use admit_core::{Admission, Answer, Change, Counterfactual, Decision, Flag, FlagChange, PolicyId};
use std::collections::BTreeSet;

/// A sentence for each smallest set of policies without which the decision would be different.
///
/// Empty where the tables show it: for a single policy, and for a flag that is not set although no
/// policy withholds it.
pub(super) fn sentences(decision: &Decision, why: &Counterfactual) -> Vec<String> {
    if decision.policies.len() < 2 || decision.no_policy_applies {
        return Vec::new();
    }
    match (why, &decision.answer) {
        (Counterfactual::Denied { change, .. }, _) => {
            vec![format!(
                "without {} this sign-up would have been {}",
                names(&change.without),
                admitted(&change.then)
            )]
        }
        (Counterfactual::Admitted { flags, link }, Answer::Admit(now)) => {
            // One sentence covers all flags that change without the same policies.
            let mut shown = BTreeSet::new();
            let sentence = |(flag, change): (&Flag, &FlagChange)| match change {
                FlagChange::Possible(change) => {
                    shown.insert(change.without.clone()).then(|| otherwise(now, change))
                }
                FlagChange::Impossible { missing } => is_withheld(decision, *flag).then(|| {
                    let missing: Vec<String> = missing.iter().map(ToString::to_string).collect();
                    format!(
                        "{flag} would not be set, whichever policies are left out: {}",
                        missing.join("; ")
                    )
                }),
            };
            let mut sentences: Vec<String> = flags.iter().filter_map(sentence).collect();
            if let Some(FlagChange::Possible(change)) = link {
                let would = if now.link.is_some() { "would not" } else { "would" };
                sentences.push(format!(
                    "without {} the identity {would} have been linked",
                    names(&change.without)
                ));
            }
            sentences
        }
        (Counterfactual::Admitted { .. }, Answer::Deny(_)) => Vec::new(),
    }
}

fn is_withheld(decision: &Decision, flag: Flag) -> bool {
    !decision.flags[flag].withheld_by.is_empty()
}

/// The change of an admitted sign-up, as a sentence.
fn otherwise(now: &Admission, change: &Change) -> String {
    let become_set = |set: bool| {
        let flags = Flag::ALL.into_iter();
        flags.filter(move |flag| now.flags[*flag] != set && change.then.flags[*flag] == set)
    };
    let clauses = [
        clause(become_set(false), "would not have been", "nor"),
        clause(become_set(true), "would have been", "and"),
    ];
    let clauses: Vec<String> = clauses.into_iter().flatten().collect();
    format!("without {} {}", names(&change.without), clauses.join("; "))
}

/// A clause about flags that would have been set, or would not have been.
fn clause(flags: impl Iterator<Item = Flag>, would: &str, and: &str) -> Option<String> {
    let flags: Vec<Flag> = flags.collect();
    let contact = |attribute: &'static str| attribute.trim_end_matches("_number");
    let contacts = flags.iter().filter_map(|flag| flag.attribute().map(contact));
    let contacts: Vec<&str> = contacts.collect();
    let contacts = listed(&contacts);
    match (flags.contains(&Flag::Confirm), contacts.is_empty()) {
        (true, true) => Some(format!("this sign-up {would} confirmed")),
        (true, false) => {
            Some(format!("this sign-up {would} confirmed, {and} its {contacts} verified"))
        }
        (false, false) => Some(format!("the {contacts} {would} verified")),
        (false, true) => None,
    }
}

/// Lists policies in prose.
fn names(ids: &[PolicyId]) -> String {
    listed(&ids.iter().map(PolicyId::as_str).collect::<Vec<_>>())
}

/// Lists words in prose: `a`, `a and b`, `a, b and c`.
fn listed(words: &[&str]) -> String {
    match words {
        [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        all => all.join(", "),
    }
}
