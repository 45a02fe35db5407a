//! Makes a plain component out of what the tools of interpreted languages write: the core
//! modules of an interpreter, of its libraries and of what stands in for the system become one,
//! as if they had been linked from the beginning.
//!
//! The engine takes no component that has others inside, for they could hand each other texts
//! without a limit. And an interpreter that is one instance starts quicker, and can be
//! configured ahead.

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

/// A component that does what the given one does, and has one core module.
///
/// What the policy inside does not get from `admit` traps: the tools have put stubs there, or
/// have left it open.
///
/// # Errors
///
/// Where the component is not one that such a tool makes.
pub fn flatten(component: &[u8]) -> anyhow::Result<Vec<u8>> {
    let graph = Graph::of_policy(component)?;
    encoding::encode(Merged::link(component, &graph)?)
}
