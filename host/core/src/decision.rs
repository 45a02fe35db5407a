//! Merges verdicts and failures into a decision with its record.

use crate::failure::{FAILURE_MESSAGE, Failure};
use crate::permissions::Permission;
use crate::policy::{Mode, OnFailure, PolicyId, Terms, WhenNoPolicyApplies};
use crate::sign_up::SignUp;
use crate::verdict::{Flag, Verdict, Vote};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::fmt;
use std::ops::Deref;

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
    /// Every flag, in the order of [`Flag::ALL`].
    pub flags: FlagRecords,
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

/// The three flags of an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Flags {
    /// The user counts as confirmed.
    pub confirm: bool,
    /// The email address counts as verified.
    pub verify_email: bool,
    /// The phone number counts as verified.
    pub verify_phone: bool,
}

impl Flags {
    /// Whether a flag is set.
    pub fn is_set(self, flag: Flag) -> bool {
        match flag {
            Flag::Confirm => self.confirm,
            Flag::VerifyEmail => self.verify_email,
            Flag::VerifyPhone => self.verify_phone,
        }
    }
}

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

/// A record for each flag, in the order of [`Flag::ALL`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagRecords([FlagRecord; 3]);

/// Who set a flag, or who kept it from being set.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FlagRecord {
    /// Which.
    #[serde(skip)]
    pub flag: Flag,
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

/// Merges what the policies said into one answer, with the record of how it came about, and
/// of what each policy that only monitors would change.
///
/// 1. A denial that counts, or a failure with `on-failure = "deny"`, denies the sign-up;
///    the message is that of the first such policy.
/// 2. Otherwise a flag is set if a vote that counts grants it and none withholds it.
/// 3. A verify flag is cleared if its attribute is absent or blank, or if the sign-up is
///    not confirmed.
/// 4. With no outcome of a policy that is enforced, the sign-up is admitted and no flag is set, or
///    it is denied, as the manifest says.
pub fn decide(
    sign_up: &SignUp<'_>,
    outcomes: &[Outcome],
    when_no_policy_applies: WhenNoPolicyApplies,
) -> Decision {
    let mut policies: Vec<PolicyRecord> = outcomes.iter().map(record).collect();
    let all: Vec<&PolicyRecord> = policies.iter().collect();
    let no_policy_applies = no_policy_applies(&all);
    let (answer, flags) = merge(sign_up, &all, when_no_policy_applies);
    for (index, outcome) in outcomes.iter().enumerate() {
        if outcome.terms.mode == Mode::Monitor {
            // It would apply then.
            let alternative = enforced(sign_up, &policies, index, outcome);
            let differs = !alternative.is_the_same_outcome(&answer);
            policies[index].if_enforced = Some(Alternative { answer: alternative, differs });
        }
    }
    Decision { answer, policies, no_policy_applies, flags }
}

/// What would be answered if the policy with this index were enforced.
fn enforced(
    sign_up: &SignUp<'_>,
    policies: &[PolicyRecord],
    index: usize,
    outcome: &Outcome,
) -> Answer {
    let terms = Terms { mode: Mode::Enforce, ..outcome.terms.clone() };
    let enforced = record(&Outcome { terms, ..outcome.clone() });
    let mut records: Vec<&PolicyRecord> = policies.iter().collect();
    records[index] = &enforced;
    merge(sign_up, &records, WhenNoPolicyApplies::Admit).0
}

impl Answer {
    /// Whether the same becomes of the sign-up, whoever refused it.
    fn is_the_same_outcome(&self, other: &Answer) -> bool {
        match (self, other) {
            (Answer::Admit(flags), Answer::Admit(others)) => flags == others,
            (Answer::Deny(_), Answer::Deny(_)) => true,
            (Answer::Admit(_), Answer::Deny(_)) | (Answer::Deny(_), Answer::Admit(_)) => false,
        }
    }
}

/// Whether none of these policies is enforced: one that monitors changes nothing, here too.
fn no_policy_applies(policies: &[&PolicyRecord]) -> bool {
    policies.iter().all(|record| record.mode == Mode::Monitor)
}

/// Merges what was recorded of these policies, as if there were no others.
pub(crate) fn merge(
    sign_up: &SignUp<'_>,
    policies: &[&PolicyRecord],
    when_no_policy_applies: WhenNoPolicyApplies,
) -> (Answer, FlagRecords) {
    let refusal = match (no_policy_applies(policies), when_no_policy_applies) {
        (true, WhenNoPolicyApplies::Deny) => Some(Refusal {
            policy: None,
            grounds: Grounds::NoPolicyApplies,
            message: NO_POLICY_APPLIES_MESSAGE.to_owned(),
        }),
        _ => policies.iter().find_map(|record| record.refusal()),
    };
    let confirm = tally(Flag::Confirm, policies, refusal.as_ref().map(|_| Cleared::Denied));
    let verify = |flag: Flag| {
        let cleared = match (&refusal, has_attribute(sign_up, flag), confirm.set) {
            (Some(_), _, _) => Some(Cleared::Denied),
            (None, false, _) => Some(Cleared::AttributeAbsent),
            (None, true, false) => Some(Cleared::NotConfirmed),
            (None, true, true) => None,
        };
        tally(flag, policies, cleared)
    };
    let (verify_email, verify_phone) = (verify(Flag::VerifyEmail), verify(Flag::VerifyPhone));
    let answer = match refusal {
        Some(refusal) => Answer::Deny(refusal),
        None => Answer::Admit(Flags {
            confirm: confirm.set,
            verify_email: verify_email.set,
            verify_phone: verify_phone.set,
        }),
    };
    (answer, FlagRecords([confirm, verify_email, verify_phone]))
}

fn record(outcome: &Outcome) -> PolicyRecord {
    let Outcome { policy, terms, answer } = outcome;
    let opinion = match answer {
        Ok(Verdict::Allow(ballot)) => Opinion::Allow {
            votes: Flag::ALL
                .into_iter()
                .map(|flag| (flag, ballot.vote(flag)))
                .filter(|(_, vote)| *vote != Vote::Abstain)
                .map(|(flag, vote)| VoteRecord { flag, vote, counted: counted(terms, flag.into()) })
                .collect(),
        },
        Ok(Verdict::Deny(denial)) => Opinion::Deny {
            code: denial.code().to_owned(),
            message: denial.message().to_owned(),
            counted: counted(terms, Permission::Deny),
        },
        Err(failure) => Opinion::Failure {
            failure: failure.clone(),
            counted: match (terms.mode, terms.on_failure) {
                (Mode::Monitor, _) => Counted::No(Uncounted::Monitor),
                (Mode::Enforce, OnFailure::Abstain) => Counted::No(Uncounted::AbstainsOnFailure),
                (Mode::Enforce, OnFailure::Deny) => Counted::Yes,
            },
        },
    };
    PolicyRecord { policy: policy.clone(), mode: terms.mode, opinion, if_enforced: None }
}

fn counted(terms: &Terms, power: Permission) -> Counted {
    match terms.mode {
        _ if !terms.verdicts.permit(power) => Counted::No(Uncounted::NotPermitted),
        Mode::Monitor => Counted::No(Uncounted::Monitor),
        Mode::Enforce => Counted::Yes,
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

/// Whether there is something that a verify flag could be about.
pub(crate) fn has_attribute(sign_up: &SignUp<'_>, flag: Flag) -> bool {
    flag.attribute()
        .and_then(|name| sign_up.attribute(name))
        .is_some_and(|value| !value.trim().is_empty())
}

/// Counts the votes on one flag. `cleared` is why the flag would not be set all the same.
fn tally(flag: Flag, policies: &[&PolicyRecord], cleared: Option<Cleared>) -> FlagRecord {
    let voters = |vote| {
        let voters = policies.iter().filter(|record| record.casts(vote, flag));
        voters.map(|record| record.policy.clone()).collect::<Vec<_>>()
    };
    let (granted_by, withheld_by) = (voters(Vote::Grant), voters(Vote::Withhold));
    let granted = !granted_by.is_empty() && withheld_by.is_empty();
    FlagRecord {
        flag,
        set: granted && cleared.is_none(),
        granted_by,
        withheld_by,
        cleared: cleared.filter(|_| granted),
    }
}

impl Deref for FlagRecords {
    type Target = [FlagRecord];

    fn deref(&self) -> &[FlagRecord] {
        &self.0
    }
}

/// As an object with a member for each flag, which a log is searched by.
impl Serialize for FlagRecords {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|record| (record.flag, record)))
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
