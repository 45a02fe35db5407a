//! Bundles and deployment packages as they lie on a disk.

pub(crate) mod deployment;
pub(crate) mod folder;
pub(crate) mod index;
pub(crate) mod source_folder;
