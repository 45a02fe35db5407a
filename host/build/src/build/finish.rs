//! What every component goes through, whatever it was written in.

use crate::languages::guest_language::GuestLanguage;
use admit_component::{ComponentInfo, metadata};
use admit_core::Metadata;
use anyhow::bail;
use std::path::Path;

/// Makes of what a language's tools built the component that is handed on: a policy, with its
/// metadata in it.
pub(crate) fn finish(
    folder: &Path,
    language: &dyn GuestLanguage,
    component: Vec<u8>,
    metadata: Option<&Metadata>,
) -> anyhow::Result<Vec<u8>> {
    if ComponentInfo::parse(&component)?.contract().is_none() {
        bail!(
            "`{}` builds a component that is no policy: {}",
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
