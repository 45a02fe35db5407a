//! What an instance of a snapshot starts from.

/// What had happened to a component when it was written down as one that is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snapshot {
    /// Units of fuel that were used until then. They count as used for each sign-up.
    pub fuel: u64,
}
