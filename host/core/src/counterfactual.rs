//! Counterfactual explanations of a decision, computed on request and never during a sign-up.

use crate::decision::{Admission, Answer, Decision, Grounds, PolicyRecord, Refusal};
use crate::flag::Flag;
use crate::id::PolicyId;
use crate::link::{LINK_TRIGGER, is_conflict};
use crate::merge::{has_attribute, merge};
use crate::policy::WhenNoPolicyApplies;
use crate::sign_up::SignUp;
use crate::user_name::UserName;
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
        /// Every denial or failure that counted, in the manifest's order, then a denial that no
        /// single policy causes.
        refusals: Vec<Refusal>,
        /// The smallest change that would have admitted the sign-up.
        #[serde(flatten)]
        change: Change,
    },
    /// The sign-up is admitted.
    Admitted {
        /// For each flag, the smallest change that would have inverted it.
        flags: BTreeMap<Flag, FlagChange>,
        /// The smallest change that would have inverted the link; `None` if no policy voted on it.
        #[serde(skip_serializing_if = "Option::is_none")]
        link: Option<FlagChange>,
    },
}

/// Policies to leave out, and the resulting answer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    /// The smallest set of policies, in the manifest's order; among equally small ones, the first
    /// in that order.
    pub without: Vec<PolicyId>,
    /// The flags and the link with which the sign-up would have been admitted.
    pub then: Admission,
}

/// The change that would have inverted one flag or the link.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum FlagChange {
    /// Leaving out some policies inverts it.
    Possible(Change),
    /// It would not have been set, regardless of which policies are left out.
    Impossible {
        /// Everything that prevents it, other than policies that withhold it.
        missing: BTreeSet<Missing>,
    },
}

/// A condition for setting a flag or making the link that is not met.
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
    /// There is no external identity to link.
    ExternalProvider,
}

/// Finds the smallest change that would have changed the decision on this sign-up.
pub fn counterfactual(sign_up: &SignUp<'_>, decision: &Decision) -> Counterfactual {
    let case = Case { sign_up, policies: &decision.policies };
    match &decision.answer {
        Answer::Deny(refusal) => {
            let refuses = |record: &PolicyRecord| record.refusal().is_some();
            let mut refusals: Vec<_> =
                decision.policies.iter().filter_map(PolicyRecord::refusal).collect();
            if refusal.policy.is_none() {
                refusals.push(refusal.clone());
            }
            let out = match refusal.grounds {
                Grounds::NoPolicyApplies => Indices::new(),
                Grounds::LinkFailed => case.find(|record| record.links_to().is_some()),
                _ => case.without_conflict(&case.find(refuses)),
            };
            Counterfactual::Denied { refusals, change: case.without(&out) }
        }
        Answer::Admit(Admission { flags, link }) => {
            let change = |flag: Flag| match flags[flag] {
                true => FlagChange::Possible(case.without(&case.smallest_support(flag))),
                false => case.change_to_set(flag),
            };
            let flags = Flag::ALL.into_iter().map(|flag| (flag, change(flag))).collect();
            let linkers = || case.find(|record| record.links_to().is_some());
            let link = decision.link_votes.as_ref().map(|_| match link {
                Some(_) => FlagChange::Possible(case.without(&linkers())),
                None => case.change_to_link(),
            });
            Counterfactual::Admitted { flags, link }
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
            Answer::Admit(admission) => admission,
            Answer::Deny(_) => Admission::default(),
        };
        Change { without: out.into_iter().map(|(_, record)| record.policy.clone()).collect(), then }
    }

    /// Adds the smallest set of policies without which all votes name the same user to link to.
    fn without_conflict(&self, refusing: &Indices) -> Indices {
        let all: Vec<&PolicyRecord> = self.policies.iter().collect();
        if self.sign_up.trigger_source != LINK_TRIGGER || !is_conflict(&all) {
            return refusing.clone();
        }
        let users: BTreeSet<&UserName> =
            self.policies.iter().filter_map(PolicyRecord::links_to).collect();
        let candidates = users.into_iter().map(|user| {
            let others = self.find(|record| record.links_to().is_some_and(|linked| linked != user));
            refusing | &others
        });
        candidates.min_by_key(|out| (out.len(), out.clone())).unwrap_or_default()
    }

    /// Returns the change that makes the link: it leaves out all policies that withhold it.
    fn change_to_link(&self) -> FlagChange {
        let change = self.without(&self.find(PolicyRecord::withholds_link));
        if change.then.link.is_some() {
            return FlagChange::Possible(change);
        }
        let mut missing = BTreeSet::new();
        if self.sign_up.trigger_source != LINK_TRIGGER {
            missing.insert(Missing::ExternalProvider);
        }
        if self.find(|record| record.links_to().is_some()).is_empty() {
            missing.insert(Missing::Grant);
        }
        FlagChange::Impossible { missing }
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
        if change.then.flags[flag] {
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
            Missing::ExternalProvider => "there is no external identity to link",
        })
    }
}
