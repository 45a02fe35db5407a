//! The error for a component whose parts are inconsistent.

/// The error for an index or a name that does not resolve.
#[derive(Debug, Clone, Copy)]
pub(super) struct Broken;

impl std::error::Error for Broken {}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the component refers to an item that does not exist")
    }
}
