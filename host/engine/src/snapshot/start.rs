//! The state from which an instance of a snapshot starts.

/// The state of a component when its snapshot was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snapshot {
    /// Units of fuel that were used before the snapshot. They count as used for each sign-up.
    pub fuel: u64,
}
