//! A component that is not as its own parts say.

/// An index or a name leads nowhere.
#[derive(Debug, Clone, Copy)]
pub(super) struct Broken;

impl std::error::Error for Broken {}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("its parts do not fit together")
    }
}
