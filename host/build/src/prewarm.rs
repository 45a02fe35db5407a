//! Warms an interpreter when a policy is built: it looks up the contract's members once, and not on
//! every sign-up.

use admit_core::{Member, PerMember, View};
use admit_engine::{Addresses, Engine};

/// A sign-up with all members.
fn sign_up() -> View<'static> {
    View {
        trigger_source: "PreSignUp_SignUp",
        region: "eu-west-1",
        user_pool_id: "eu-west-1_AbCdEfGhI",
        client_id: "client",
        user_name: "mary",
        members: PerMember::from_fn(|member| match member {
            Member::UserAttributes => vec![("email", "mary@example.com")],
            _ => vec![("key", "value")],
        }),
    }
}

/// A component that has been evaluated once without being configured; unchanged if that fails.
pub(crate) fn warm(component: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let engine = Engine::on_demand(Addresses::Few)?;
    Ok(engine.warm(&component, &sign_up()).unwrap_or(component))
}
