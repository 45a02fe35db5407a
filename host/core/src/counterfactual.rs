//! Counterfactual explanations of a decision, computed on request and never during a sign-up.

use crate::decision::{Answer, Decision, Flags, PolicyRecord, Refusal};
use crate::flag::Flag;
use crate::merge::{has_attribute, merge};
use crate::policy::{PolicyId, WhenNoPolicyApplies};
use crate::sign_up::SignUp;
use crate::verdict::Vote;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The smallest change that would have changed an answer.
///
/// A change leaves policies out, as if they applied and abstained. The verdicts of the others stay
/// the same, since no policy sees the verdict of another.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum Counterfactual {
    /// The sign-up is denied.
    Denied {
        /// Every denial or failure that counted, in the manifest's order; the manifest's own denial
        /// if no policy applies.
        refusals: Vec<Refusal>,
        /// The smallest change that would have admitted the sign-up.
        #[serde(flatten)]
        change: Change,
    },
    /// The sign-up is admitted.
    Admitted {
        /// For each flag, the smallest change that would have inverted it.
        flags: BTreeMap<Flag, FlagChange>,
    },
}

/// Policies to leave out, and the resulting answer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    /// The smallest set of policies, in the manifest's order; among equally small ones, the first
    /// in that order.
    pub without: Vec<PolicyId>,
    /// The flags with which the sign-up would have been admitted.
    pub then: Flags,
}

/// The change that would have inverted one flag.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum FlagChange {
    /// Leaving out some policies inverts the flag.
    Possible(Change),
    /// The flag would not have been set, regardless of which policies are left out.
    Impossible {
        /// Everything that prevents the flag, other than policies that withhold it.
        missing: BTreeSet<Missing>,
    },
}

/// A condition for setting a flag that is not met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// There is nothing to verify: the attribute is absent or blank.
    Attribute,
    /// No vote that counts grants it.
    Grant,
    /// No vote that counts grants `confirm`, which a verify flag requires.
    Confirmation,
    /// Each policy that grants the flag or `confirm` withholds the other.
    Agreement,
}

/// Finds the smallest change that would have changed the decision on this sign-up.
pub fn counterfactual(sign_up: &SignUp<'_>, decision: &Decision) -> Counterfactual {
    let case = Case { sign_up, policies: &decision.policies };
    match &decision.answer {
        Answer::Deny(refusal) if refusal.policy.is_none() => Counterfactual::Denied {
            refusals: vec![refusal.clone()],
            change: case.without(&Indices::new()),
        },
        Answer::Deny(_) => {
            let refuses = |record: &PolicyRecord| record.refusal().is_some();
            let refusals = decision.policies.iter().filter_map(PolicyRecord::refusal).collect();
            Counterfactual::Denied { refusals, change: case.without(&case.find(refuses)) }
        }
        Answer::Admit(flags) => {
            let change = |flag: Flag| match flags[flag] {
                true => FlagChange::Possible(case.without(&case.smallest_support(flag))),
                false => case.change_to_set(flag),
            };
            let flags = Flag::ALL.into_iter().map(|flag| (flag, change(flag))).collect();
            Counterfactual::Admitted { flags }
        }
    }
}

/// A sign-up and the opinions about it. Policies are identified by their index, which has an order.
struct Case<'a> {
    sign_up: &'a SignUp<'a>,
    policies: &'a [PolicyRecord],
}

type Indices = BTreeSet<usize>;

impl Case<'_> {
    fn find(&self, predicate: impl Fn(&PolicyRecord) -> bool) -> Indices {
        let policies = self.policies.iter().enumerate();
        policies.filter(|(_, record)| predicate(record)).map(|(index, _)| index).collect()
    }

    fn voters(&self, vote: Vote, flag: Flag) -> Indices {
        self.find(|record| record.casts(vote, flag))
    }

    /// Returns the answer without these policies.
    fn without(&self, indices: &Indices) -> Change {
        let (out, rest): (Vec<_>, Vec<_>) =
            self.policies.iter().enumerate().partition(|(index, _)| indices.contains(index));
        let rest: Vec<&PolicyRecord> = rest.into_iter().map(|(_, record)| record).collect();
        let then = match merge(self.sign_up, &rest, WhenNoPolicyApplies::Admit).0 {
            Answer::Admit(flags) => flags,
            Answer::Deny(_) => Flags::default(),
        };
        Change { without: out.into_iter().map(|(_, record)| record.policy.clone()).collect(), then }
    }

    /// Returns the smallest set of policies without which a set flag would not be set: all that
    /// grant it, or all that grant `confirm`.
    fn smallest_support(&self, flag: Flag) -> Indices {
        let grants = [flag, Flag::Confirm].map(|flag| self.voters(Vote::Grant, flag));
        let fewest = grants.into_iter().min_by_key(|indices| (indices.len(), indices.clone()));
        fewest.unwrap_or_default()
    }

    /// Returns the change that sets a flag: it leaves out all policies that withhold the flag or
    /// `confirm`. None of them can stay, and leaving out more only removes grants.
    fn change_to_set(&self, flag: Flag) -> FlagChange {
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
            Missing::Agreement => "each policy that grants it or confirm withholds the other",
        })
    }
}
