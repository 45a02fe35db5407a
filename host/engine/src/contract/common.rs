//! What both versions of the contract share.

use admit_core::{Denial, Fact, Limits, Log, Role, View};

/// What a policy is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<'a> {
    /// The sign-up, as far as the policy may see it.
    pub(crate) view: &'a View<'a>,
    /// The facts that it is granted, by role.
    pub(crate) facts: &'a [(&'a Role, &'a Fact)],
}

/// The terms on which the text of a policy is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextTerms<'a> {
    pub(crate) limits: &'a Limits,
    pub(crate) log: Log,
}

/// Converts a denial. Its code, which is recorded, is discarded if the manifest says so or if it
/// contains a value that the policy saw, of the person signing up or of a user in a fact.
pub(super) fn denial(
    code: &str,
    message: &str,
    terms: TextTerms<'_>,
    question: Question<'_>,
) -> Denial {
    let max_chars = usize::try_from(terms.limits.message).unwrap_or(usize::MAX);
    let denial = Denial::new(code, message, max_chars);
    let tells = |code: &str| {
        question.view.has_value_in(code)
            || question.facts.iter().any(|(_, fact)| fact.has_value_in(code))
    };
    let keep = terms.log == Log::Record && !tells(denial.code());
    if keep { denial } else { denial.without_code() }
}

/// Defines the conversions of the types that both versions have alike.
macro_rules! common_types {
    ($types:path, $log:path) => {
        use $log as log;
        use $types as types;

        pub(crate) use log::Level;

        fn request<'a>(view: &'a admit_core::View<'a>) -> types::SignUp<'a> {
            types::SignUp {
                trigger_source: view.trigger_source,
                region: view.region,
                user_pool_id: view.user_pool_id,
                client_id: view.client_id,
                user_name: view.user_name,
                user_attributes: &view.members[admit_core::Member::UserAttributes],
                validation_data: &view.members[admit_core::Member::ValidationData],
                client_metadata: &view.members[admit_core::Member::ClientMetadata],
            }
        }

        fn flags(ballot: &types::Ballot) -> admit_core::Votes {
            admit_core::PerFlag::from_fn(|flag| match flag {
                admit_core::Flag::Confirm => ballot.confirm.into(),
                admit_core::Flag::VerifyEmail => ballot.verify_email.into(),
                admit_core::Flag::VerifyPhone => ballot.verify_phone.into(),
            })
        }

        impl From<types::Vote> for admit_core::Vote {
            fn from(vote: types::Vote) -> admit_core::Vote {
                match vote {
                    types::Vote::Abstain => admit_core::Vote::Abstain,
                    types::Vote::Grant => admit_core::Vote::Grant,
                    types::Vote::Withhold => admit_core::Vote::Withhold,
                }
            }
        }

        impl From<log::Level> for crate::policy_log::Level {
            fn from(level: log::Level) -> crate::policy_log::Level {
                match level {
                    log::Level::Debug => crate::policy_log::Level::Debug,
                    log::Level::Info => crate::policy_log::Level::Info,
                    log::Level::Warn => crate::policy_log::Level::Warn,
                    log::Level::Error => crate::policy_log::Level::Error,
                }
            }
        }
    };
}
pub(super) use common_types;
