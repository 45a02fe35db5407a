//! Version 0.1.0 of the contract: no facts, no vote on the link.

use super::common::{Question, TextTerms, common_types, denial};
use admit_core::{Verdict, View};
use wasmtime::{Result, Store};

mod bindings {
    wasmtime::component::bindgen!({
        path: "../../wit/0.1.0",
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
    view: &View<'_>,
) -> Result<Result<types::Verdict, String>> {
    policy.admit_policy_sign_up_policy().call_evaluate(store, request(view))
}

/// Converts a verdict.
pub(super) fn verdict(
    verdict: types::Verdict,
    terms: TextTerms<'_>,
    question: Question<'_>,
) -> Verdict {
    match verdict {
        types::Verdict::Allow(ballot) => Verdict::Allow(flags(&ballot).into()),
        types::Verdict::Deny(types::Denial { code, message }) => {
            Verdict::Deny(denial(&code, &message, terms, question))
        }
    }
}
