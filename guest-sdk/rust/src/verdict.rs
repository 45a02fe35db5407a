//! The answer of a policy.

use crate::bindings::admit::policy::types as wit;

/// The answer of a policy to one sign-up.
///
/// It reads like a sentence:
///
/// ```
/// use admit_policy::Verdict;
///
/// let not_my_concern = Verdict::allow();
/// let welcome = Verdict::allow().confirm().verify_email();
/// let never_by_itself = Verdict::allow().withhold_confirm();
/// let no = Verdict::deny("too-young", "You must be 16 to sign up");
/// ```
///
/// The host merges the verdicts of all policies. One denial refuses the sign-up.
/// Otherwise a flag is set if at least one policy grants it and none withholds
/// it. What the manifest does not permit to a policy (`verdicts`) is not counted.
///
/// A denial stays a denial: the chained methods do not change it. Of two chained
/// methods about the same flag, the last one holds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a verdict counts only if `evaluate` returns it"]
pub enum Verdict {
    /// No objection, and one vote for each flag.
    Allow(Ballot),
    /// The sign-up must not happen.
    Deny(Denial),
}

/// One vote for each flag of the answer to Cognito.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ballot {
    /// Whether the new user counts as confirmed at once, without a code.
    pub confirm: Vote,
    /// Whether the email address counts as verified.
    pub verify_email: Vote,
    /// Whether the phone number counts as verified.
    pub verify_phone: Vote,
}

/// The opinion of a policy on one flag.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Vote {
    /// No opinion: leave it to the others.
    #[default]
    Abstain,
    /// The flag should be set.
    Grant,
    /// The flag must not be set, even if another policy grants it.
    Withhold,
}

/// Why a sign-up must not happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// The reason for machines, logs and metrics, such as `username-too-short`.
    pub code: String,
    /// The reason for the person signing up.
    pub message: String,
}

impl Verdict {
    /// Has no objection and no opinion on any flag.
    pub fn allow() -> Self {
        Self::Allow(Ballot::default())
    }

    /// Refuses the sign-up.
    ///
    /// The `code` is for machines, logs and metrics. It is stable, has at most 64
    /// letters, digits, `-`, `_` and `.`, and tells nothing about the person.
    ///
    /// The `message` is for the person signing up: one line, at most 256
    /// characters, and no final period, for Cognito adds one.
    pub fn deny(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Deny(Denial { code: code.into(), message: message.into() })
    }

    /// Wants the new user to be confirmed at once, without a code.
    pub fn confirm(self) -> Self {
        self.vote(|ballot| ballot.confirm = Vote::Grant)
    }

    /// Wants the email address to count as verified.
    ///
    /// The host sets this flag only for a user who is confirmed and has an email
    /// address. Where the address is an alias, verifying it takes the alias away
    /// from the user who had it.
    pub fn verify_email(self) -> Self {
        self.vote(|ballot| ballot.verify_email = Vote::Grant)
    }

    /// Wants the phone number to count as verified.
    ///
    /// The host sets this flag only for a user who is confirmed and has a phone
    /// number. Where the number is an alias, verifying it takes the alias away
    /// from the user who had it.
    pub fn verify_phone(self) -> Self {
        self.vote(|ballot| ballot.verify_phone = Vote::Grant)
    }

    /// Keeps the new user from being confirmed without a code, even if another policy grants it.
    pub fn withhold_confirm(self) -> Self {
        self.vote(|ballot| ballot.confirm = Vote::Withhold)
    }

    /// Keeps the email address from counting as verified, even if another policy grants it.
    pub fn withhold_verify_email(self) -> Self {
        self.vote(|ballot| ballot.verify_email = Vote::Withhold)
    }

    /// Keeps the phone number from counting as verified, even if another policy grants it.
    pub fn withhold_verify_phone(self) -> Self {
        self.vote(|ballot| ballot.verify_phone = Vote::Withhold)
    }

    /// Returns the votes, unless the verdict is a denial.
    #[must_use]
    pub fn ballot(&self) -> Option<&Ballot> {
        match self {
            Self::Allow(ballot) => Some(ballot),
            Self::Deny(_) => None,
        }
    }

    /// Returns the denial, if the verdict is one.
    #[must_use]
    pub fn denial(&self) -> Option<&Denial> {
        match self {
            Self::Allow(_) => None,
            Self::Deny(denial) => Some(denial),
        }
    }

    fn vote(mut self, cast: impl FnOnce(&mut Ballot)) -> Self {
        if let Self::Allow(ballot) = &mut self {
            cast(ballot);
        }
        self
    }
}

impl From<Verdict> for wit::Verdict {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Allow(ballot) => Self::Allow(wit::Ballot {
                confirm: ballot.confirm.into(),
                verify_email: ballot.verify_email.into(),
                verify_phone: ballot.verify_phone.into(),
                #[cfg(feature = "facts")]
                link: wit::LinkVote::Abstain,
            }),
            Verdict::Deny(Denial { code, message }) => Self::Deny(wit::Denial { code, message }),
        }
    }
}

impl From<Vote> for wit::Vote {
    fn from(vote: Vote) -> Self {
        match vote {
            Vote::Abstain => Self::Abstain,
            Vote::Grant => Self::Grant,
            Vote::Withhold => Self::Withhold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Vote::{Abstain, Grant, Withhold};
    use super::*;

    #[test]
    fn sentences_become_ballots() {
        for (verdict, confirm, verify_email, verify_phone) in [
            (Verdict::allow(), Abstain, Abstain, Abstain),
            (Verdict::allow().confirm(), Grant, Abstain, Abstain),
            (Verdict::allow().verify_email(), Abstain, Grant, Abstain),
            (Verdict::allow().verify_phone(), Abstain, Abstain, Grant),
            (Verdict::allow().withhold_confirm(), Withhold, Abstain, Abstain),
            (Verdict::allow().withhold_verify_email(), Abstain, Withhold, Abstain),
            (Verdict::allow().withhold_verify_phone(), Abstain, Abstain, Withhold),
            (
                Verdict::allow().confirm().verify_email().withhold_verify_phone(),
                Grant,
                Grant,
                Withhold,
            ),
            (Verdict::allow().confirm().withhold_confirm(), Withhold, Abstain, Abstain),
        ] {
            let expected = Ballot { confirm, verify_email, verify_phone };
            assert_eq!(verdict.ballot(), Some(&expected));
            assert_eq!(verdict.denial(), None);
        }
    }

    #[test]
    fn a_denial_stays_a_denial() {
        let denial = Verdict::deny("late", "Too late");
        let chained = denial
            .clone()
            .confirm()
            .verify_email()
            .verify_phone()
            .withhold_confirm()
            .withhold_verify_email()
            .withhold_verify_phone();

        assert_eq!(chained, denial);
        assert_eq!(chained.ballot(), None);
        assert_eq!(
            chained.denial(),
            Some(&Denial { code: "late".to_owned(), message: "Too late".to_owned() })
        );
    }

    #[test]
    fn a_ballot_of_the_contract_keeps_every_vote_in_its_place() {
        let verdict = Verdict::allow().confirm().withhold_verify_email();
        let wit::Verdict::Allow(ballot) = verdict.into() else {
            panic!("a denial");
        };
        assert_eq!(ballot.confirm, wit::Vote::Grant);
        assert_eq!(ballot.verify_email, wit::Vote::Withhold);
        assert_eq!(ballot.verify_phone, wit::Vote::Abstain);
    }

    #[test]
    fn a_denial_of_the_contract_keeps_code_and_message_apart() {
        let wit::Verdict::Deny(denial) = Verdict::deny("late", "Too late").into() else {
            panic!("no denial");
        };
        assert_eq!(denial.code, "late");
        assert_eq!(denial.message, "Too late");
    }
}
