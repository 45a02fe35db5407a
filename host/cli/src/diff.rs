//! Compares the decisions of two policy sets on the same sign-ups.

pub(crate) mod comparison;
pub(crate) mod policy_source;
pub(crate) mod records;
pub(crate) mod replayed;
pub(crate) mod report;
pub(crate) mod summary;
