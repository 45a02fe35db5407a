//! Reads bundles and deployment packages of any origin, within limits on memory and time. Whatever
//! another program could read differently is a flaw.
//!
//! This crate does not load code, and does not access the file system.

pub mod about;
mod archive;
pub mod bootstrap;
mod bounds;
mod function_zip;
mod index;
mod stored_file;

pub use archive::is_zip;
pub use function_zip::{
    BOOTSTRAP, MAX_BOOTSTRAP, MAX_PACKAGE, MAX_UNPACKED, MAX_UPLOADED, Package, write_zip,
};
pub use index::{flaws, read_index};
pub use stored_file::{StoredFile, StoredFiles};
