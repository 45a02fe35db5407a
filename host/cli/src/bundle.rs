//! Creates bundles and deployment packages, and compares them with existing ones.

pub(crate) mod build;
mod changes;
pub(crate) mod checkout;
pub(crate) mod iam;
pub(crate) mod place;
pub(crate) mod snapshot_check;
pub(crate) mod summary;
