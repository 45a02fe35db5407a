//! The same sign-ups, decided by two policy sets.

pub(crate) mod comparison;
pub(crate) mod policy_source;
pub(crate) mod records;
pub(crate) mod replayed;
pub(crate) mod report;
pub(crate) mod summary;
