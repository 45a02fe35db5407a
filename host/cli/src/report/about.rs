//! What a component is, and what it says of itself.

use super::words::{Few, Words};
use admit_component::Anatomy;
use admit_core::{Language, Metadata};
use admit_engine::is_granted;

/// The most imports, tools or codes that are shown of one component.
const MOST: usize = 50;

/// The outside of a component, as its bytes show it.
pub(crate) struct Outside {
    /// The version of the contract that it speaks.
    pub(crate) contract: Option<Words>,
    pub(crate) imports: Few<Import>,
    pub(crate) tools: Few<Words>,
}

/// Something that a component could call.
pub(crate) struct Import {
    pub(crate) name: Words,
    pub(crate) granted: bool,
}

/// What a component says of itself: the words of its author.
pub(crate) enum Says {
    Nothing,
    /// It cannot be read, for this reason.
    Unreadable(Words),
    This {
        name: Words,
        version: Words,
        description: Words,
        language: Language,
    },
}

impl Outside {
    pub(crate) fn of(anatomy: &Anatomy) -> Outside {
        let import = |name: &String| Import { name: Words::name(name), granted: is_granted(name) };
        Outside {
            contract: anatomy.contract().map(Words::name),
            imports: Few::of(MOST, anatomy.imports.iter().map(import)),
            tools: Few::of(MOST, anatomy.producers.iter().map(Words::name)),
        }
    }
}

impl Says {
    pub(crate) fn of(anatomy: &Anatomy) -> Says {
        match &anatomy.metadata {
            None => Says::Nothing,
            Some(Err(why)) => Says::Unreadable(Words::sentence(why)),
            Some(Ok(Metadata { name, version, description, language, .. })) => Says::This {
                name: Words::name(name),
                version: Words::name(version),
                description: Words::sentence(description),
                language: *language,
            },
        }
    }
}
