//! The component around a core module.

use anyhow::Context;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The contract, which says what a policy's component looks like.
const CONTRACT: &str = include_str!("../../../wit/policy.wit");

/// The component that a core module is by the contract.
///
/// # Errors
///
/// Where the module does not export what the contract asks for.
pub fn encode(mut module: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let mut contract = Resolve::default();
    let package = contract.push_str("policy.wit", CONTRACT).context("cannot read the contract")?;
    let world = contract.select_world(&[package], Some("policy"))?;
    embed_component_metadata(&mut module, &contract, world, StringEncoding::UTF8)?;
    ComponentEncoder::default().module(&module)?.validate(true).encode()
}
