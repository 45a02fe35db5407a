//! The last step of a build, for components in all languages.

use crate::languages::guest_language::GuestLanguage;
use admit_component::{ComponentInfo, metadata};
use admit_core::Metadata;
use anyhow::bail;
use std::path::Path;

/// Checks that a component is a policy, and returns it as it is handed on: with its metadata.
pub(crate) fn finish(
    folder: &Path,
    language: &dyn GuestLanguage,
    component: Vec<u8>,
    metadata: Option<&Metadata>,
) -> anyhow::Result<Vec<u8>> {
    if ComponentInfo::parse(&component)?.contract().is_none() {
        bail!(
            "`{}` builds a component that is not a policy: {}",
            folder.display(),
            language.how_to_export()
        );
    }
    let component = language.finish(component)?;
    match metadata {
        Some(metadata) => metadata::embed(&component, metadata),
        None => Ok(component),
    }
}
