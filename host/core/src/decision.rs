//! A decision: the answer, and the record of how it came about.

use crate::failure::{FAILURE_MESSAGE, Failure};
use crate::flag::{Flag, PerFlag};
use crate::policy::{Mode, PolicyId, Terms};
use crate::verdict::{Verdict, Vote};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::fmt;

/// What one policy answered, and on what terms it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Who answered.
    pub policy: PolicyId,
    /// On what terms.
    pub terms: Terms,
    /// The answer, or why there is none.
    pub answer: Result<Verdict, Failure>,
}

/// The merged answer to a sign-up, with the record of how it came about.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// What is answered.
    #[serde(flatten)]
    pub answer: Answer,
    /// Every policy that was asked, in the manifest's order.
    pub policies: Vec<PolicyRecord>,
    /// Whether no policy that is enforced applies, so that the manifest alone decided.
    pub no_policy_applies: bool,
    /// Who set each flag, or kept it from being set.
    pub flags: PerFlag<FlagRecord>,
}

/// What is answered to a sign-up.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Answer {
    /// The sign-up may happen, with these flags.
    Admit(Flags),
    /// The sign-up must not happen.
    Deny(Refusal),
}

/// The flags of an answer: whether each is set.
pub type Flags = PerFlag<bool>;

/// Who refused a sign-up, and what the person is told.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Refusal {
    /// The first policy, in the manifest's order, that refused; none if no policy applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyId>,
    /// Whether it said no or gave no answer, or no policy applies.
    pub grounds: Grounds,
    /// One printable line for the person signing up.
    pub message: String,
}

/// On what grounds a sign-up is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grounds {
    /// A policy denied it.
    Denial,
    /// A policy gave no answer.
    Failure,
    /// No policy applies, and the manifest says `when-no-policy-applies = "deny"`.
    NoPolicyApplies,
}

/// What the person signing up is told where no policy applies and the manifest denies that.
pub const NO_POLICY_APPLIES_MESSAGE: &str = "Sign-up is not available here";

/// What one policy said, and what of it counted.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyRecord {
    /// Who.
    pub policy: PolicyId,
    /// Whether it counts at all.
    pub mode: Mode,
    /// What it said.
    #[serde(flatten)]
    pub opinion: Opinion,
    /// What would be answered if a policy that only monitors were enforced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub if_enforced: Option<Alternative>,
}

/// What would be answered if one policy more were enforced.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Alternative {
    /// The answer.
    #[serde(flatten)]
    pub answer: Answer,
    /// Whether something else would become of the sign-up. Another message alone is nothing else.
    pub differs: bool,
}

/// What a policy said.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "opinion", rename_all = "kebab-case")]
pub enum Opinion {
    /// It has no objection.
    Allow {
        /// Its votes, without the flags on which it abstained.
        votes: Vec<VoteRecord>,
    },
    /// It denies the sign-up.
    Deny {
        /// The reason for machines.
        code: String,
        /// The reason for the person.
        message: String,
        /// Whether that counted.
        #[serde(flatten)]
        counted: Counted,
    },
    /// It gave no answer.
    Failure {
        /// Why.
        failure: Failure,
        /// Whether that denied the sign-up.
        #[serde(flatten)]
        counted: Counted,
    },
}

/// One vote, and whether it counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct VoteRecord {
    /// On what.
    pub flag: Flag,
    /// How.
    pub vote: Vote,
    /// Whether it counted.
    #[serde(flatten)]
    pub counted: Counted,
}

/// Whether something took part in the merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Counted {
    /// It did.
    Yes,
    /// It did not.
    No(Uncounted),
}

/// Why something took no part in the merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Uncounted {
    /// The manifest does not permit it to this policy.
    NotPermitted,
    /// The policy is in mode `monitor`.
    Monitor,
    /// The policy failed, and its `on-failure` is `abstain`.
    AbstainsOnFailure,
}

/// Who set a flag, or who kept it from being set.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FlagRecord {
    /// Whether the answer sets it.
    pub set: bool,
    /// Whose grants counted.
    pub granted_by: Vec<PolicyId>,
    /// Whose withholding counted.
    pub withheld_by: Vec<PolicyId>,
    /// Why it is not set although it was granted and nobody withheld it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cleared: Option<Cleared>,
}

/// Why a flag that was granted is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cleared {
    /// The sign-up is denied as a whole.
    Denied,
    /// There is nothing to verify: the attribute is absent or blank.
    AttributeAbsent,
    /// Nothing is verified for a user who is not confirmed.
    NotConfirmed,
}

impl Answer {
    /// Whether the same becomes of the sign-up, whoever refused it.
    pub(crate) fn is_the_same_outcome(&self, other: &Answer) -> bool {
        match (self, other) {
            (Answer::Admit(flags), Answer::Admit(others)) => flags == others,
            (Answer::Deny(_), Answer::Deny(_)) => true,
            (Answer::Admit(_), Answer::Deny(_)) | (Answer::Deny(_), Answer::Admit(_)) => false,
        }
    }
}

impl PolicyRecord {
    /// That this policy refuses the sign-up, if it does and that counts.
    pub(crate) fn refusal(&self) -> Option<Refusal> {
        let (grounds, message) = match &self.opinion {
            Opinion::Deny { message, counted: Counted::Yes, .. } => {
                (Grounds::Denial, message.as_str())
            }
            Opinion::Failure { counted: Counted::Yes, .. } => (Grounds::Failure, FAILURE_MESSAGE),
            _ => return None,
        };
        Some(Refusal { policy: Some(self.policy.clone()), grounds, message: message.to_owned() })
    }

    /// Whether this policy votes like this, and that counts.
    pub(crate) fn casts(&self, vote: Vote, flag: Flag) -> bool {
        match &self.opinion {
            Opinion::Allow { votes } => {
                votes.contains(&VoteRecord { flag, vote, counted: Counted::Yes })
            }
            Opinion::Deny { .. } | Opinion::Failure { .. } => false,
        }
    }
}

impl Serialize for Counted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("counted", &(*self == Counted::Yes))?;
        if let Counted::No(reason) = self {
            map.serialize_entry("because", reason)?;
        }
        map.end()
    }
}

impl fmt::Display for Uncounted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Uncounted::NotPermitted => "not permitted",
            Uncounted::Monitor => "monitor",
            Uncounted::AbstainsOnFailure => "abstains on failure",
        })
    }
}

impl fmt::Display for Cleared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Cleared::Denied => "the sign-up is denied",
            Cleared::AttributeAbsent => "the attribute is absent or blank",
            Cleared::NotConfirmed => "the sign-up is not confirmed",
        })
    }
}
