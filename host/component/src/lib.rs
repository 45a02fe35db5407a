//! Reads and writes the bytes of components: what a component consists of, its metadata, the
//! component around a core module, and a plain component instead of nested ones.
//!
//! Nothing here runs a component, or touches a disk.

mod description;
mod encoding;
mod flattening;
pub mod metadata;
pub mod schema;

pub use description::ComponentInfo;
pub use encoding::encode;
pub use flattening::flatten;
