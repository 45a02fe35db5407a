//! What would have had to be otherwise: for those who ask, never while somebody signs up.

use crate::decision::{Answer, Decision, Flags, PolicyRecord, Refusal};
use crate::flag::Flag;
use crate::merge::{has_attribute, merge};
use crate::policy::{PolicyId, WhenNoPolicyApplies};
use crate::sign_up::SignUp;
use crate::verdict::Vote;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Why an answer is as it is, told by the least that would have changed it.
///
/// A change is to leave policies out, as if they applied and said nothing. The others are taken to
/// say what they said, as they would: none sees what another says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum Counterfactual {
    /// The sign-up is denied.
    Denied {
        /// All whose denial or failure counted, in the manifest's order; the manifest's own denial
        /// if no policy applies.
        refusals: Vec<Refusal>,
        /// The least that would have admitted it.
        #[serde(flatten)]
        change: Change,
    },
    /// The sign-up is admitted.
    Admitted {
        /// The least that would have set each flag that is not set, or not set one that is.
        flags: BTreeMap<Flag, FlagChange>,
    },
}

/// Policies to leave out, and what would be answered then.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    /// The fewest, in the manifest's order; among as few, the first in that order.
    pub without: Vec<PolicyId>,
    /// The flags with which the sign-up would have been admitted.
    pub then: Flags,
}

/// How one flag would have been otherwise.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum FlagChange {
    /// Without some policies.
    Possible(Change),
    /// Whoever is left out, it would not have been set.
    Impossible {
        /// All that stands in the way but policies that withhold it.
        missing: BTreeSet<Missing>,
    },
}

/// What a flag would have needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// There is nothing to verify: the attribute is absent or blank.
    Attribute,
    /// No vote that counts grants it.
    Grant,
    /// No vote that counts grants `confirm`, and nothing is verified without.
    Confirmation,
    /// Of the flag itself and `confirm`, whoever grants the one withholds the other.
    Agreement,
}

/// Finds the least that would have changed a decision about this sign-up.
pub fn counterfactual(sign_up: &SignUp<'_>, decision: &Decision) -> Counterfactual {
    let case = Case { sign_up, policies: &decision.policies };
    match &decision.answer {
        Answer::Deny(refusal) if refusal.policy.is_none() => Counterfactual::Denied {
            refusals: vec![refusal.clone()],
            change: case.without(&Places::new()),
        },
        Answer::Deny(_) => {
            let refuses = |record: &PolicyRecord| record.refusal().is_some();
            let refusals = decision.policies.iter().filter_map(PolicyRecord::refusal).collect();
            Counterfactual::Denied { refusals, change: case.without(&case.find(refuses)) }
        }
        Answer::Admit(flags) => {
            let change = |flag: Flag| match flags[flag] {
                true => FlagChange::Possible(case.without(&case.those_who_carry(flag))),
                false => case.those_who_prevent(flag),
            };
            let flags = Flag::ALL.into_iter().map(|flag| (flag, change(flag))).collect();
            Counterfactual::Admitted { flags }
        }
    }
}

/// A sign-up and what was said about it. Policies go by their places, which have an order.
struct Case<'a> {
    sign_up: &'a SignUp<'a>,
    policies: &'a [PolicyRecord],
}

type Places = BTreeSet<usize>;

impl Case<'_> {
    fn find(&self, is_it: impl Fn(&PolicyRecord) -> bool) -> Places {
        let policies = self.policies.iter().enumerate();
        policies.filter(|(_, record)| is_it(record)).map(|(place, _)| place).collect()
    }

    fn voters(&self, vote: Vote, flag: Flag) -> Places {
        self.find(|record| record.casts(vote, flag))
    }

    /// What would be answered without these policies.
    fn without(&self, places: &Places) -> Change {
        let (out, rest): (Vec<_>, Vec<_>) =
            self.policies.iter().enumerate().partition(|(place, _)| places.contains(place));
        let rest: Vec<&PolicyRecord> = rest.into_iter().map(|(_, record)| record).collect();
        let then = match merge(self.sign_up, &rest, WhenNoPolicyApplies::Admit).0 {
            Answer::Admit(flags) => flags,
            Answer::Deny(_) => Flags::default(),
        };
        Change { without: out.into_iter().map(|(_, record)| record.policy.clone()).collect(), then }
    }

    /// The fewest who bring a flag about that is set: it falls with all its grants, or with
    /// all those of `confirm`.
    fn those_who_carry(&self, flag: Flag) -> Places {
        let grants = [flag, Flag::Confirm].map(|flag| self.voters(Vote::Grant, flag));
        let fewest = grants.into_iter().min_by_key(|places| (places.len(), places.clone()));
        fewest.unwrap_or_default()
    }

    /// All who keep a flag from being set, if that is what it takes. None of them can stay,
    /// and to leave out more only takes grants away.
    fn those_who_prevent(&self, flag: Flag) -> FlagChange {
        let needed = BTreeSet::from([flag, Flag::Confirm]);
        let out = needed.iter().flat_map(|flag| self.voters(Vote::Withhold, *flag)).collect();
        let change = self.without(&out);
        if change.then[flag] {
            return FlagChange::Possible(change);
        }
        let mut missing = BTreeSet::new();
        if flag.attribute().is_some() && !has_attribute(self.sign_up, flag) {
            missing.insert(Missing::Attribute);
        }
        for needed in needed {
            let grants = self.voters(Vote::Grant, needed);
            match grants.is_subset(&out) {
                true if !grants.is_empty() => missing.insert(Missing::Agreement),
                true if needed == flag => missing.insert(Missing::Grant),
                true => missing.insert(Missing::Confirmation),
                false => false,
            };
        }
        FlagChange::Impossible { missing }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Missing::Attribute => "the attribute is absent or blank",
            Missing::Grant => "no vote that counts grants it",
            Missing::Confirmation => "no vote that counts grants confirm",
            Missing::Agreement => "whoever grants it or confirm withholds the other",
        })
    }
}
