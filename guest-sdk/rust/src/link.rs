//! Verdicts that also vote on linking the external identity to a user of the pool.

use crate::bindings::admit::policy::types as wit;
use crate::{Error, SignUp, User, Verdict};

/// A verdict of a policy with facts: a [`Verdict`], and a vote on linking the external identity to
/// a user of the pool.
///
/// ```
/// use admit_policy::{LinkVerdict, SignUp, User, Verdict};
///
/// let sign_up = SignUp::builder()
///     .trigger_source("PreSignUp_ExternalProvider")
///     .user_name("Google_1234")
///     .attribute("email", "mary@example.com")
///     .attribute("email_verified", "true")
///     .build();
/// let mary = User::builder("mary")
///     .attribute("email", "mary@example.com")
///     .attribute("email_verified", "true")
///     .build();
///
/// let linked = Verdict::allow().link(&sign_up, &mary, "email")?;
/// assert_eq!(linked.linked_user(), Some("mary"));
///
/// let denied: LinkVerdict = Verdict::deny("no", "No").into();
/// assert_eq!(denied.linked_user(), None);
/// # Ok::<(), admit_policy::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a verdict counts only if `evaluate` returns it"]
pub struct LinkVerdict {
    verdict: Verdict,
    link: LinkVote,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum LinkVote {
    Abstain,
    Grant(String),
    Withhold,
}

impl Verdict {
    /// Wants the external identity to be linked to a user of the pool, who has the same verified
    /// email address or phone number.
    ///
    /// From then on the person signs in as that user through the provider. Without a
    /// link, the identity becomes a user of its own.
    ///
    /// # Errors
    ///
    /// Refuses to link unless the attribute, `email` or `phone_number`, has the same value in the
    /// sign-up and for the user, and is verified for both: otherwise a person could take over an
    /// account with the address of another. The sign-up's `reads` and the look-up's `reads` must
    /// have the attribute and `email_verified` or `phone_number_verified`.
    pub fn link(
        self,
        sign_up: &SignUp,
        user: &User,
        attribute: &str,
    ) -> Result<LinkVerdict, Error> {
        let verified = format!("{attribute}_verified");
        if sign_up.attribute(&verified) != Some("true") {
            return Err(Error::new(format_args!(
                "no link: the provider does not say that the `{attribute}` of the sign-up is verified"
            )));
        }
        if !user.is_verified(attribute) {
            return Err(Error::new(format_args!(
                "no link: the `{attribute}` of the user is not verified, or the look-up does not \
                 read `{verified}`"
            )));
        }
        match (sign_up.attribute(attribute), user.attribute(attribute)) {
            (Some(one), Some(other)) if one.eq_ignore_ascii_case(other) => {
                Ok(self.link_unverified(user))
            }
            _ => Err(Error::new(format_args!(
                "no link: the sign-up and the user do not have the same `{attribute}`"
            ))),
        }
    }

    /// Wants the external identity to be linked to a user of the pool, whatever is verified.
    ///
    /// Use it only if something else proves that the person is this user. [`link`](Self::link)
    /// checks that the address is verified on both sides.
    pub fn link_unverified(self, user: &User) -> LinkVerdict {
        let link = match self {
            Verdict::Allow(_) => LinkVote::Grant(user.user_name().to_owned()),
            Verdict::Deny(_) => LinkVote::Abstain,
        };
        LinkVerdict { verdict: self, link }
    }

    /// Keeps the external identity from being linked, even if another policy grants it.
    pub fn withhold_link(self) -> LinkVerdict {
        let link = match self {
            Verdict::Allow(_) => LinkVote::Withhold,
            Verdict::Deny(_) => LinkVote::Abstain,
        };
        LinkVerdict { verdict: self, link }
    }
}

impl LinkVerdict {
    /// Returns the verdict without the vote on the link.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// Returns the name of the user to whom the identity should be linked, if the verdict grants
    /// the link.
    #[must_use]
    pub fn linked_user(&self) -> Option<&str> {
        match &self.link {
            LinkVote::Grant(user_name) => Some(user_name),
            LinkVote::Abstain | LinkVote::Withhold => None,
        }
    }

    /// Returns whether the verdict withholds the link.
    #[must_use]
    pub fn withholds_link(&self) -> bool {
        self.link == LinkVote::Withhold
    }
}

impl From<Verdict> for LinkVerdict {
    fn from(verdict: Verdict) -> Self {
        Self { verdict, link: LinkVote::Abstain }
    }
}

impl From<LinkVerdict> for wit::Verdict {
    fn from(verdict: LinkVerdict) -> Self {
        let link = match verdict.link {
            LinkVote::Abstain => wit::LinkVote::Abstain,
            LinkVote::Grant(user_name) => wit::LinkVote::Grant(user_name),
            LinkVote::Withhold => wit::LinkVote::Withhold,
        };
        match verdict.verdict.into() {
            wit::Verdict::Allow(ballot) => wit::Verdict::Allow(wit::Ballot { link, ..ballot }),
            denial @ wit::Verdict::Deny(_) => denial,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign_up(email: &str, verified: &str) -> SignUp {
        SignUp::builder().attribute("email", email).attribute("email_verified", verified).build()
    }

    fn user(email: &str, verified: &str) -> User {
        let user = User::builder("mary").attribute("email", email);
        user.attribute("email_verified", verified).build()
    }

    #[test]
    fn a_link_needs_the_same_verified_address_on_both_sides() {
        let mary = "mary@example.com";
        for (sign_up, user, is_linked) in [
            (sign_up(mary, "true"), user(mary, "true"), true),
            (sign_up("Mary@Example.com", "true"), user(mary, "true"), true),
            (sign_up(mary, "false"), user(mary, "true"), false),
            (sign_up(mary, "true"), user(mary, "false"), false),
            (sign_up(mary, "TRUE"), user(mary, "true"), false),
            (sign_up("jane@example.com", "true"), user(mary, "true"), false),
        ] {
            let verdict = Verdict::allow().link(&sign_up, &user, "email");
            assert_eq!(verdict.is_ok(), is_linked, "{sign_up:?} {user:?}");
        }
    }

    #[test]
    fn a_denial_links_nothing() {
        let mary = user("mary@example.com", "true");
        let denial = Verdict::deny("no", "No");
        assert_eq!(denial.clone().link_unverified(&mary).linked_user(), None);
        assert!(!denial.withhold_link().withholds_link());
    }
}
