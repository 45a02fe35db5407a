//! The description of a component and its metadata, for the page.

use super::untrusted_text::{Truncated, UntrustedText};
use admit_component::ComponentInfo;
use admit_core::{Language, Metadata};
use admit_engine::is_granted;

/// The maximum number of imports and of tools that are shown per component.
const MAX: usize = 50;

/// The properties of a component that can be read from its bytes.
pub(crate) struct ComponentSummary {
    /// The version of the contract that it implements.
    pub(crate) contract: Option<UntrustedText>,
    pub(crate) imports: Truncated<Import>,
    pub(crate) tools: Truncated<UntrustedText>,
}

/// An import of a component.
pub(crate) struct Import {
    pub(crate) name: UntrustedText,
    pub(crate) granted: bool,
}

/// The metadata of a component, which is unverified.
pub(crate) enum MetadataSummary {
    Missing,
    /// Invalid, for this reason.
    Invalid(UntrustedText),
    Valid {
        name: UntrustedText,
        version: UntrustedText,
        description: UntrustedText,
        language: Language,
    },
}

impl ComponentSummary {
    pub(crate) fn new(info: &ComponentInfo) -> ComponentSummary {
        let import =
            |name: &String| Import { name: UntrustedText::name(name), granted: is_granted(name) };
        ComponentSummary {
            contract: info.contract().map(UntrustedText::name),
            imports: Truncated::new(MAX, info.imports.iter().map(import)),
            tools: Truncated::new(MAX, info.producers.iter().map(UntrustedText::name)),
        }
    }
}

impl MetadataSummary {
    pub(crate) fn new(info: &ComponentInfo) -> MetadataSummary {
        match &info.metadata {
            None => MetadataSummary::Missing,
            Some(Err(reason)) => MetadataSummary::Invalid(UntrustedText::sentence(reason)),
            Some(Ok(Metadata { name, version, description, language, .. })) => {
                MetadataSummary::Valid {
                    name: UntrustedText::name(name),
                    version: UntrustedText::name(version),
                    description: UntrustedText::sentence(description),
                    language: *language,
                }
            }
        }
    }
}
