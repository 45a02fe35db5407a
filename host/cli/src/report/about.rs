//! What a component is, and what it says of itself.

use super::untrusted_text::{Truncated, UntrustedText};
use admit_component::ComponentInfo;
use admit_core::{Language, Metadata};
use admit_engine::is_granted;

/// The most imports, tools or codes that are shown of one component.
const MAX: usize = 50;

/// The outside of a component, as its bytes show it.
pub(crate) struct Outside {
    /// The version of the contract that it speaks.
    pub(crate) contract: Option<UntrustedText>,
    pub(crate) imports: Truncated<Import>,
    pub(crate) tools: Truncated<UntrustedText>,
}

/// Something that a component could call.
pub(crate) struct Import {
    pub(crate) name: UntrustedText,
    pub(crate) granted: bool,
}

/// What a component says of itself: the words of its author.
pub(crate) enum Says {
    Nothing,
    /// It cannot be read, for this reason.
    Unreadable(UntrustedText),
    This {
        name: UntrustedText,
        version: UntrustedText,
        description: UntrustedText,
        language: Language,
    },
}

impl Outside {
    pub(crate) fn of(info: &ComponentInfo) -> Outside {
        let import =
            |name: &String| Import { name: UntrustedText::name(name), granted: is_granted(name) };
        Outside {
            contract: info.contract().map(UntrustedText::name),
            imports: Truncated::of(MAX, info.imports.iter().map(import)),
            tools: Truncated::of(MAX, info.producers.iter().map(UntrustedText::name)),
        }
    }
}

impl Says {
    pub(crate) fn of(info: &ComponentInfo) -> Says {
        match &info.metadata {
            None => Says::Nothing,
            Some(Err(why)) => Says::Unreadable(UntrustedText::sentence(why)),
            Some(Ok(Metadata { name, version, description, language, .. })) => Says::This {
                name: UntrustedText::name(name),
                version: UntrustedText::name(version),
                description: UntrustedText::sentence(description),
                language: *language,
            },
        }
    }
}
