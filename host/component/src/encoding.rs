//! Encodes a core module as a component.

use anyhow::Context;
use wasmparser::{Parser, Payload};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The text of each version of the contract, newest first, and the exports of a core module that
/// speaks it.
const CONTRACTS: [(&str, &str); 2] = [
    ("admit:policy/sign-up-policy@0.2.0#", include_str!("../../../wit/0.2.0/policy.wit")),
    ("admit:policy/sign-up-policy@0.1.0#", include_str!("../../../wit/0.1.0/policy.wit")),
];

/// Encodes a core module as a component that targets the contract's world, in the version whose
/// functions the module exports.
///
/// # Errors
///
/// Returns an error if the module does not export what the contract requires.
pub fn encode(mut module: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let exports = exports(&module)?;
    let is_exported = |prefix: &str| exports.iter().any(|name| name.starts_with(prefix));
    let [newest, ..] = CONTRACTS;
    let (_, text) = CONTRACTS.into_iter().find(|(prefix, _)| is_exported(prefix)).unwrap_or(newest);
    let mut contract = Resolve::default();
    let package = contract.push_str("policy.wit", text).context("cannot read the contract")?;
    let world = contract.select_world(&[package], Some("policy"))?;
    embed_component_metadata(&mut module, &contract, world, StringEncoding::UTF8)?;
    ComponentEncoder::default().module(&module)?.validate(true).encode()
}

fn exports(module: &[u8]) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ExportSection(section) = payload? {
            for export in section {
                names.push(export?.name.to_owned());
            }
        }
    }
    Ok(names)
}
