//! The decision on a sign-up: the answer, and the record of how it was reached.

use crate::failure::{FAILURE_MESSAGE, Failure};
use crate::flag::{Flag, PerFlag};
use crate::id::PolicyId;
use crate::policy::{Mode, Terms};
use crate::user_name::UserName;
use crate::verdict::{Verdict, Vote};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::fmt;

/// The result of one policy's evaluation, and the terms on which it takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The policy.
    pub policy: PolicyId,
    /// The terms on which it takes part in the merge.
    pub terms: Terms,
    /// The verdict, or the reason why there is none.
    pub answer: Result<Verdict, Failure>,
}

/// The merged answer to a sign-up, with the record of how it was reached.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// The answer.
    #[serde(flatten)]
    pub answer: Answer,
    /// Every policy that was evaluated, in the manifest's order.
    pub policies: Vec<PolicyRecord>,
    /// Whether no enforced policy applies, so that the manifest alone decides.
    pub no_policy_applies: bool,
    /// The policies that granted or withheld each flag.
    pub flags: PerFlag<FlagRecord>,
    /// The policies that granted or withheld the link; `None` if no policy voted on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_votes: Option<FlagRecord>,
}

/// The answer to a sign-up.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Answer {
    /// The sign-up may happen, with these flags and this link.
    Admit(Admission),
    /// The sign-up must not happen.
    Deny(Refusal),
}

/// What an answer does to the new user.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Admission {
    /// The flags that are set.
    #[serde(flatten)]
    pub flags: Flags,
    /// The user to whom the external identity is linked. In JSON, the member is `true` or absent.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "is_some")]
    pub link: Option<UserName>,
}

/// The flags of an answer: for each one, whether it is set.
pub type Flags = PerFlag<bool>;

impl From<Flags> for Admission {
    fn from(flags: Flags) -> Admission {
        Admission { flags, link: None }
    }
}

/// Writes whether there is a user, but not which.
fn is_some<S: Serializer>(user: &Option<UserName>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bool(user.is_some())
}

/// The reason why a sign-up was refused, and the message for the person signing up.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Refusal {
    /// The first policy, in the manifest's order, that refused; `None` if no single policy did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyId>,
    /// The reason for the refusal.
    pub grounds: Grounds,
    /// One printable line for the person signing up.
    pub message: String,
}

/// The reason why a sign-up is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grounds {
    /// A policy denied it.
    Denial,
    /// A policy failed.
    Failure,
    /// No policy applies, and the manifest says `when-no-policy-applies = "deny"`.
    NoPolicyApplies,
    /// Policies would link the identity to different users.
    LinkConflict,
    /// The identity could not be linked to the user.
    LinkFailed,
}

/// The message for the person signing up if no policy applies and the manifest denies such
/// sign-ups.
pub const NO_POLICY_APPLIES_MESSAGE: &str = "Sign-up is not available here";

/// The opinion of one policy, and whether each part of it counted.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyRecord {
    /// The policy.
    pub policy: PolicyId,
    /// Whether the policy is enforced or only monitors.
    pub mode: Mode,
    /// Its opinion.
    #[serde(flatten)]
    pub opinion: Opinion,
    /// The answer if this policy were enforced; `None` unless it only monitors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub if_enforced: Option<Alternative>,
}

/// The answer if one more policy were enforced.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Alternative {
    /// The answer.
    #[serde(flatten)]
    pub answer: Answer,
    /// Whether the outcome of the sign-up would differ; a different message alone does not count.
    pub differs: bool,
}

/// The opinion of a policy: its verdict or its failure, and whether it counted.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "opinion", rename_all = "kebab-case")]
pub enum Opinion {
    /// The policy has no objection.
    Allow {
        /// Its votes, without the flags on which it abstained.
        votes: Vec<VoteRecord>,
        /// Its vote on the link; `None` if it abstained.
        #[serde(skip_serializing_if = "Option::is_none")]
        link: Option<LinkVoteRecord>,
    },
    /// The policy denies the sign-up.
    Deny {
        /// The machine-readable reason.
        code: String,
        /// The reason for the person signing up.
        message: String,
        /// Whether the denial counted.
        #[serde(flatten)]
        counted: Counted,
    },
    /// The policy failed.
    Failure {
        /// The failure.
        failure: Failure,
        /// Whether the failure denied the sign-up.
        #[serde(flatten)]
        counted: Counted,
    },
}

/// A vote, and whether it counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct VoteRecord {
    /// The flag that the vote is about.
    pub flag: Flag,
    /// The vote.
    pub vote: Vote,
    /// Whether the vote counted.
    #[serde(flatten)]
    pub counted: Counted,
}

/// A vote on the link, and whether it counted.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LinkVoteRecord {
    /// The vote.
    pub vote: Vote,
    /// The user, if the vote grants the link.
    #[serde(skip)]
    pub user: Option<UserName>,
    /// Whether the vote counted.
    #[serde(flatten)]
    pub counted: Counted,
}

/// Whether a vote, a denial or a failure took part in the merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Counted {
    /// It took part.
    Yes,
    /// It did not take part.
    No(Uncounted),
}

/// The reason why something did not take part in the merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Uncounted {
    /// The manifest does not permit it for this policy.
    NotPermitted,
    /// The policy is in mode `monitor`.
    Monitor,
    /// The policy failed, and its `on-failure` is `abstain`.
    AbstainsOnFailure,
}

/// The policies that granted or withheld a flag or the link, and the result.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FlagRecord {
    /// Whether the answer sets the flag or makes the link.
    pub set: bool,
    /// The policies whose grants counted.
    pub granted_by: Vec<PolicyId>,
    /// The policies whose withholding counted.
    pub withheld_by: Vec<PolicyId>,
    /// The reason why the flag is not set although it was granted and not withheld.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cleared: Option<Cleared>,
}

/// The reason why a granted flag is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cleared {
    /// The sign-up is denied as a whole.
    Denied,
    /// There is nothing to verify: the attribute is absent or blank.
    AttributeAbsent,
    /// The user is not confirmed, so no attribute can be verified.
    NotConfirmed,
    /// There is no external identity to link.
    NotExternalProvider,
    /// Policies named different users to link to, so the sign-up is denied.
    LinkConflict,
    /// The identity could not be linked, so the sign-up is denied.
    LinkFailed,
}

impl Decision {
    /// Denies the sign-up, because the external identity could not be linked.
    pub fn deny_failed_link(&mut self) {
        self.answer = Answer::Deny(Refusal {
            policy: None,
            grounds: Grounds::LinkFailed,
            message: FAILURE_MESSAGE.to_owned(),
        });
        for record in self.flags.0.iter_mut().filter(|record| record.set) {
            (record.set, record.cleared) = (false, Some(Cleared::Denied));
        }
        if let Some(record) = &mut self.link_votes {
            (record.set, record.cleared) = (false, Some(Cleared::LinkFailed));
        }
    }
}

impl Answer {
    /// Returns whether the outcome of the sign-up is the same, regardless of which policy refused
    /// it.
    pub(crate) fn has_same_outcome(&self, other: &Answer) -> bool {
        match (self, other) {
            (Answer::Admit(admission), Answer::Admit(other)) => admission == other,
            (Answer::Deny(_), Answer::Deny(_)) => true,
            (Answer::Admit(_), Answer::Deny(_)) | (Answer::Deny(_), Answer::Admit(_)) => false,
        }
    }
}

impl PolicyRecord {
    /// Returns this policy's refusal of the sign-up, if it refuses and that counts.
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

    /// Returns whether this policy casts this vote and the vote counts.
    pub(crate) fn casts(&self, vote: Vote, flag: Flag) -> bool {
        match &self.opinion {
            Opinion::Allow { votes, .. } => {
                votes.contains(&VoteRecord { flag, vote, counted: Counted::Yes })
            }
            Opinion::Deny { .. } | Opinion::Failure { .. } => false,
        }
    }

    /// Returns the user to whom this policy links the identity, if its vote counts.
    pub(crate) fn links_to(&self) -> Option<&UserName> {
        self.link_vote()?.user.as_ref()
    }

    /// Returns whether this policy withholds the link and the vote counts.
    pub(crate) fn withholds_link(&self) -> bool {
        self.link_vote().is_some_and(|record| record.vote == Vote::Withhold)
    }

    /// Returns this policy's vote on the link, if it counts.
    fn link_vote(&self) -> Option<&LinkVoteRecord> {
        match &self.opinion {
            Opinion::Allow { link, .. } => {
                link.as_ref().filter(|record| record.counted == Counted::Yes)
            }
            Opinion::Deny { .. } | Opinion::Failure { .. } => None,
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
            Cleared::NotExternalProvider => "there is no external identity to link",
            Cleared::LinkConflict => "policies named different users",
            Cleared::LinkFailed => "the identity could not be linked",
        })
    }
}
