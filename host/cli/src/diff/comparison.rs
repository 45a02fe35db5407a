//! The differences between two decisions on the same sign-ups: groups of changes, and totals.

use crate::diff::summary::{DecisionSummary, DeniedBy, FlagSummary};
use admit_core::Flag;
use serde::Serialize;
use std::collections::BTreeMap;

/// The differences between two policy sets, sign-up by sign-up.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    /// The names of the sign-ups with each change.
    pub(super) groups: BTreeMap<Change, Vec<String>>,
    pub(super) totals: Totals,
}

/// The number of sign-ups of each kind.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Totals {
    pub(crate) sign_ups: usize,
    /// The same outcome with the same cause.
    pub(crate) same: usize,
    /// Another outcome: the sum of the next three.
    pub(crate) flips: usize,
    pub(crate) now_denied: usize,
    pub(crate) now_admitted: usize,
    /// Admitted both times, with other flags.
    pub(crate) other_flags: usize,
    /// Denied both times, by another policy or with another code, which is not a flip.
    pub(crate) denied_otherwise: usize,
}

/// A change of a decision, with its cause.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "change", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(crate) enum Change {
    /// Admitted before, now denied by this policy.
    NowDenied(DeniedBy),
    /// Denied by this policy before, now admitted.
    NowAdmitted(DeniedBy),
    /// A flag was set before, and is not set now.
    NoLongerSet {
        flag: Flag,
        withheld_by: Vec<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cleared: Option<String>,
        granted_before_by: Vec<String>,
    },
    /// A flag was not set before, and is set now.
    NowSet {
        flag: Flag,
        granted_by: Vec<String>,
        withheld_before_by: Vec<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cleared_before: Option<String>,
    },
    /// Denied before, and now denied by another policy or with another code.
    DeniedOtherwise { before: DeniedBy, after: DeniedBy },
}

impl Comparison {
    /// Adds the two decisions on one sign-up, which has this name in the report.
    pub(crate) fn add(&mut self, name: String, before: &DecisionSummary, after: &DecisionSummary) {
        let totals = &mut self.totals;
        totals.sign_ups += 1;
        let changes = changes(before, after);
        let kind = match changes.first() {
            None => &mut totals.same,
            Some(Change::NowDenied(_)) => &mut totals.now_denied,
            Some(Change::NowAdmitted(_)) => &mut totals.now_admitted,
            Some(Change::NoLongerSet { .. } | Change::NowSet { .. }) => &mut totals.other_flags,
            Some(Change::DeniedOtherwise { .. }) => &mut totals.denied_otherwise,
        };
        *kind += 1;
        totals.flips = totals.now_denied + totals.now_admitted + totals.other_flags;
        for change in changes {
            self.groups.entry(change).or_default().push(name.clone());
        }
    }

    pub(crate) fn totals(&self) -> Totals {
        self.totals
    }
}

/// The changes between two decisions: one for each flag that differs, and otherwise at most one.
fn changes(before: &DecisionSummary, after: &DecisionSummary) -> Vec<Change> {
    match (before, after) {
        (DecisionSummary::Admitted(_), DecisionSummary::Denied(by)) => {
            vec![Change::NowDenied(by.clone())]
        }
        (DecisionSummary::Denied(by), DecisionSummary::Admitted(_)) => {
            vec![Change::NowAdmitted(by.clone())]
        }
        (DecisionSummary::Denied(before), DecisionSummary::Denied(after)) if before != after => {
            vec![Change::DeniedOtherwise { before: before.clone(), after: after.clone() }]
        }
        (DecisionSummary::Denied(_), DecisionSummary::Denied(_)) => Vec::new(),
        (DecisionSummary::Admitted(before), DecisionSummary::Admitted(after)) => {
            let flags = before.iter();
            flags.filter_map(|(flag, before)| flag_change(flag, before, &after[flag])).collect()
        }
    }
}

fn flag_change(flag: Flag, before: &FlagSummary, after: &FlagSummary) -> Option<Change> {
    match (before.set, after.set) {
        (true, false) => Some(Change::NoLongerSet {
            flag,
            withheld_by: after.withheld_by.clone(),
            cleared: after.cleared.clone(),
            granted_before_by: before.granted_by.clone(),
        }),
        (false, true) => Some(Change::NowSet {
            flag,
            granted_by: after.granted_by.clone(),
            withheld_before_by: before.withheld_by.clone(),
            cleared_before: before.cleared.clone(),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::summary::Cause;
    use admit_core::PerFlag;

    fn denied(policy: &str, code: &str) -> DecisionSummary {
        let cause = Cause::Code(code.to_owned());
        DecisionSummary::Denied(DeniedBy { policy: policy.to_owned(), cause })
    }

    fn admitted(confirm: FlagSummary) -> DecisionSummary {
        DecisionSummary::Admitted(PerFlag::default().with(Flag::Confirm, confirm))
    }

    fn granted(by: &[&str]) -> FlagSummary {
        let granted_by = by.iter().map(|name| (*name).to_owned()).collect();
        FlagSummary { set: true, granted_by, ..FlagSummary::default() }
    }

    fn check(
        before: &DecisionSummary,
        after: &DecisionSummary,
        change: Option<Change>,
        totals: Totals,
    ) {
        let mut comparison = Comparison::default();
        comparison.add("event".to_owned(), before, after);
        let found: Vec<Change> = comparison.groups.into_keys().collect();
        assert_eq!(found, Vec::from_iter(change));
        assert_eq!(comparison.totals, Totals { sign_ups: 1, ..totals });
    }

    #[test]
    fn the_kinds_of_changes_are_told_apart() {
        let (a, b) = (denied("a", "no"), denied("a", "never"));
        let (set, unset) = (admitted(granted(&["g"])), admitted(FlagSummary::default()));
        let denied_by = |summary: &DecisionSummary| match summary {
            DecisionSummary::Denied(denied_by) => denied_by.clone(),
            DecisionSummary::Admitted(_) => panic!("not denied"),
        };
        let none = Totals::default();
        let same = Totals { same: 1, ..none };
        check(&a, &a, None, same);
        check(&set, &set, None, same);
        // Another policy that grants the same flag is not a flip.
        check(&set, &admitted(granted(&["h"])), None, same);
        let flip = Totals { flips: 1, ..none };
        let now_denied = Change::NowDenied(denied_by(&a));
        check(&set, &a, Some(now_denied), Totals { now_denied: 1, ..flip });
        let now_admitted = Change::NowAdmitted(denied_by(&a));
        check(&a, &unset, Some(now_admitted), Totals { now_admitted: 1, ..flip });
        let otherwise = Change::DeniedOtherwise { before: denied_by(&a), after: denied_by(&b) };
        check(&a, &b, Some(otherwise), Totals { denied_otherwise: 1, ..none });
        let now_set = Change::NowSet {
            flag: Flag::Confirm,
            granted_by: vec!["g".to_owned()],
            withheld_before_by: Vec::new(),
            cleared_before: None,
        };
        check(&unset, &set, Some(now_set), Totals { other_flags: 1, ..flip });
        let mut withheld = granted(&["g"]);
        (withheld.set, withheld.withheld_by) = (false, vec!["w".to_owned()]);
        let no_longer_set = Change::NoLongerSet {
            flag: Flag::Confirm,
            withheld_by: vec!["w".to_owned()],
            cleared: None,
            granted_before_by: vec!["g".to_owned()],
        };
        check(&set, &admitted(withheld), Some(no_longer_set), Totals { other_flags: 1, ..flip });
    }

    /// A sign-up with two changed flags is in two groups, but counts once.
    #[test]
    fn a_sign_up_with_several_changes_counts_once() {
        let all = DecisionSummary::Admitted(PerFlag::from_fn(|_| granted(&["g"])));
        let mut comparison = Comparison::default();
        comparison.add("event".to_owned(), &admitted(granted(&["g"])), &all);
        assert_eq!(comparison.groups.len(), 2);
        let totals = Totals { sign_ups: 1, flips: 1, other_flags: 1, ..Totals::default() };
        assert_eq!(comparison.totals, totals);
    }
}
