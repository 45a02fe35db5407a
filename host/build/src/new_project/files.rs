//! The files of new policy projects, by their language: each with its text, in which the name is
//! still to be filled in. The SDK, which is in no registry, comes along: so they build anywhere.

use admit_core::Language;

mod listed {
    include!(concat!(env!("OUT_DIR"), "/new_project.rs"));
}

/// The files of a project, by their names from its folder; none if there is no template for it.
pub(super) fn of(language: Language) -> &'static [(&'static str, &'static str)] {
    match language {
        Language::Rust => listed::RUST,
        Language::TypeScript => listed::TS,
        Language::JavaScript => listed::JS,
        Language::Python => listed::PYTHON,
        Language::C => listed::C,
    }
}
