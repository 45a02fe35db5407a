//! Lets an interpreter look up once, when a policy is built, what it would look up on every
//! sign-up: how the members of the contract are called in its language.

use admit_core::View;
use admit_engine::{Addresses, Engine};

/// A sign-up with everything that one can have.
fn sign_up() -> View<'static> {
    View {
        trigger_source: "PreSignUp_SignUp",
        region: "eu-west-1",
        user_pool_id: "eu-west-1_AbCdEfGhI",
        client_id: "client",
        user_name: "mary",
        user_attributes: vec![("email", "mary@example.com")],
        validation_data: vec![("key", "value")],
        client_metadata: vec![("key", "value")],
    }
}

/// A component that has said once that it is not configured; as it was where it cannot say so.
pub(crate) fn warm(component: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let engine = Engine::on_demand(Addresses::Few)?;
    Ok(engine.warm(&component, &sign_up()).unwrap_or(component))
}
