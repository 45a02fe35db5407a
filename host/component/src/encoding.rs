//! Encodes a core module as a component.

use anyhow::Context;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The text of the contract.
const CONTRACT: &str = include_str!("../../../wit/policy.wit");

/// Encodes a core module as a component that targets the contract's world.
///
/// # Errors
///
/// Returns an error if the module does not export what the contract requires.
pub fn encode(mut module: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let mut contract = Resolve::default();
    let package = contract.push_str("policy.wit", CONTRACT).context("cannot read the contract")?;
    let world = contract.select_world(&[package], Some("policy"))?;
    embed_component_metadata(&mut module, &contract, world, StringEncoding::UTF8)?;
    ComponentEncoder::default().module(&module)?.validate(true).encode()
}
