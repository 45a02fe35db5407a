//! Version 0.2.0 of the contract.

use super::common::{Question, TextTerms, common_types, denial};
use admit_core::{Ballot, Fact, Failure, LinkVote, LookupError, Role, User, UserName, Verdict};
use wasmtime::{Result, Store};

mod bindings {
    wasmtime::component::bindgen!({
        path: "../../wit/0.2.0",
        world: "policy",
        ownership: Borrowing { duplicate_if_necessary: false },
    });
}

pub(crate) use bindings::{Policy, PolicyIndices};

common_types!(bindings::admit::policy::types, bindings::admit::policy::log);

/// Calls `evaluate`.
pub(super) fn evaluate<T: 'static>(
    policy: &Policy,
    store: &mut Store<T>,
    question: Question<'_>,
) -> Result<Result<types::Verdict, String>> {
    let owned: Vec<Lists<'_>> = question.facts.iter().map(|(_, fact)| Lists::new(fact)).collect();
    let users: Vec<Vec<types::User<'_>>> = owned.iter().map(Lists::users).collect();
    let facts = question.facts.iter().zip(&users);
    let facts: Vec<_> = facts.map(|((role, fact), users)| self::fact(role, fact, users)).collect();
    policy.admit_policy_sign_up_policy().call_evaluate(store, request(question.view), &facts)
}

/// Converts a verdict. A link to a user that the policy was not shown is a failure.
pub(super) fn verdict(
    verdict: types::Verdict,
    terms: TextTerms<'_>,
    question: Question<'_>,
) -> Result<Verdict, Failure> {
    match verdict {
        types::Verdict::Allow(ballot) => {
            let flags = flags(&ballot);
            let link = match ballot.link {
                types::LinkVote::Abstain => LinkVote::Abstain,
                types::LinkVote::Withhold => LinkVote::Withhold,
                types::LinkVote::Grant(user_name) => {
                    if !has_user(question, &user_name) {
                        return Err(Failure::UnknownUser);
                    }
                    LinkVote::Grant(UserName::new(&user_name))
                }
            };
            Ok(Verdict::Allow(Ballot { flags, link }))
        }
        types::Verdict::Deny(types::Denial { code, message }) => {
            Ok(Verdict::Deny(denial(&code, &message, terms, question)))
        }
    }
}

fn has_user(question: Question<'_>, user_name: &str) -> bool {
    question.facts.iter().any(|(_, fact)| match fact {
        Fact::Users(users) => users.iter().any(|user| user.user_name == user_name),
        Fact::Time(_) | Fact::Error(_) => false,
    })
}

/// The lists in a fact, in the form that the bindings borrow.
struct Lists<'a>(Vec<UserLists<'a>>);

struct UserLists<'a> {
    user: &'a User,
    attributes: Vec<(&'a str, &'a str)>,
    identities: Option<Vec<types::Identity<'a>>>,
}

impl<'a> Lists<'a> {
    fn new(fact: &'a Fact) -> Lists<'a> {
        let Fact::Users(users) = fact else { return Lists(Vec::new()) };
        let lists = users.iter().map(|user| UserLists {
            user,
            attributes: user
                .attributes
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect(),
            identities: user.identities.as_ref().map(|identities| {
                let identities = identities.iter().map(|identity| types::Identity {
                    provider_name: &identity.provider_name,
                    user_id: &identity.user_id,
                });
                identities.collect()
            }),
        });
        Lists(lists.collect())
    }

    fn users(&self) -> Vec<types::User<'_>> {
        let users = self.0.iter().map(|UserLists { user, attributes, identities }| types::User {
            user_name: &user.user_name,
            status: user.status.as_deref(),
            enabled: user.enabled,
            attributes,
            identities: identities.as_deref(),
        });
        users.collect()
    }
}

fn fact<'a>(role: &'a Role, fact: &Fact, users: &'a [types::User<'a>]) -> types::Fact<'a> {
    let outcome = match fact {
        Fact::Users(_) => Ok(types::Finding::Users(users)),
        Fact::Time(millis) => Ok(types::Finding::Time(*millis)),
        Fact::Error(error) => Err((*error).into()),
    };
    types::Fact { role: role.as_str(), outcome }
}

impl From<LookupError> for types::LookupError {
    fn from(error: LookupError) -> types::LookupError {
        match error {
            LookupError::KeyAbsent => types::LookupError::KeyAbsent,
            LookupError::Unavailable => types::LookupError::Unavailable,
            LookupError::Timeout => types::LookupError::Timeout,
            LookupError::Throttled => types::LookupError::Throttled,
            LookupError::TooLarge => types::LookupError::TooLarge,
            LookupError::Malformed => types::LookupError::Malformed,
            LookupError::AccessDenied => types::LookupError::AccessDenied,
        }
    }
}
