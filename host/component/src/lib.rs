//! Reads and writes component binaries: describes a component, embeds metadata, encodes a core
//! module as a component, and flattens nested components.
//!
//! This crate does not run components and does not access the disk.

mod description;
mod encoding;
mod flattening;
pub mod metadata;
pub mod schema;

pub use description::ComponentInfo;
pub use encoding::encode;
pub use flattening::flatten;
