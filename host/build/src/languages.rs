//! The guest languages: a file for each, and the list of them.

mod c;
pub(crate) mod guest_language;
mod node;
mod python;
pub(crate) mod rust;

use self::guest_language::GuestLanguage;
use admit_core::Language;

/// The implementation for a language.
pub(crate) fn find(language: Language) -> &'static dyn GuestLanguage {
    match language {
        Language::Rust => &rust::Rust,
        Language::TypeScript => &node::TYPESCRIPT,
        Language::JavaScript => &node::JAVASCRIPT,
        Language::Python => &python::Python,
        Language::C => &c::C,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_language_is_listed_as_itself_under_names_of_its_own() {
        let mut names = BTreeSet::new();
        for language in Language::ALL {
            let guest = find(language);
            assert_eq!(guest.language(), language);
            assert!(guest.names().contains(&language.name()), "{language}");
            for name in guest.names() {
                assert!(names.insert(*name), "{name} is the name of two languages");
            }
        }
    }

    #[test]
    fn a_new_project_has_the_files_that_its_language_names() {
        for language in Language::ALL {
            let guest = find(language);
            let files = guest.template().concat();
            let contains = |name: &str| match name.ends_with('/') {
                true => files.iter().any(|(file, _)| file.starts_with(name)),
                false => files.iter().any(|(file, _)| *file == name),
            };
            assert!(contains(guest.source()), "{language}: {}", guest.source());
            for (name, _) in guest.contents() {
                assert!(contains(name), "{language}: {name}");
            }
        }
    }
}
