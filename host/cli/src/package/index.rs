//! The index of a bundle, with the settings from its sources.

use crate::package::source_folder::SourceFolder;
use admit_engine::bundle::Index;
use admit_package::{StoredFiles, read_index};
use std::collections::BTreeMap;

/// An index, with all settings that are known.
pub(crate) struct Known {
    pub(crate) index: Index,
    /// Whether the settings of policies with snapshots are known.
    pub(crate) has_settings: bool,
}

/// Reads the index among the files of a bundle, with the settings from its sources.
pub(crate) fn index(files: &StoredFiles, sources: &SourceFolder) -> Result<Known, String> {
    let mut index = read_index(files)?;
    let settings = match index.configured.is_empty() {
        true => Some(BTreeMap::new()),
        false => sources.settings_of(&index),
    };
    let has_settings = settings.is_some();
    index.put_settings(settings.unwrap_or_default());
    Ok(Known { index, has_settings })
}
