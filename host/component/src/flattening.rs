//! Flattens the nested components that the toolchains of interpreted languages produce.
//!
//! The core modules of the interpreter, its libraries and its system stubs are merged into one, as
//! if they had been linked statically. The engine rejects nested components, since they could pass
//! each other strings without a limit. A single instance also starts faster and can be snapshotted.

mod broken;
mod graph;
mod link;
mod linked;
mod merged;
mod names;
#[cfg(test)]
mod tests;

use crate::encoding;
use graph::Graph;
use merged::Merged;

/// Returns an equivalent component with one core module.
///
/// Functions that `admit` does not provide trap: the toolchain either put stubs in their place or
/// left them as imports of the system.
///
/// # Errors
///
/// Returns an error if the component does not have the structure that such a toolchain produces.
pub fn flatten(component: &[u8]) -> anyhow::Result<Vec<u8>> {
    let graph = Graph::of_policy(component)?;
    encoding::encode(Merged::link(component, &graph)?)
}
