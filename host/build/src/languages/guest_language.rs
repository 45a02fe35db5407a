//! The trait that a guest language implements, and what the languages share.

use crate::build::inputs::Report;
use crate::source::Source;
use admit_core::{Language, Metadata};
use std::path::{Path, PathBuf};

/// The bytes of a guest's stack. It stands before everything else in memory, so that an
/// overflow is a trap; each page more costs time on every sign-up.
pub(super) const STACK_BYTES: usize = 32 << 10;

/// Files by their names from the folder of a project, each with its text.
pub(crate) type Files = &'static [(&'static str, &'static str)];

/// A language that policies are written in.
pub(crate) trait GuestLanguage: Sync {
    /// The variant that stands for it.
    fn language(&self) -> Language;

    /// Its names on the command line; help shows the first.
    fn names(&self) -> &'static [&'static str];

    /// The file that every project has at least, from its folder.
    fn source(&self) -> &'static str;

    /// Names that a policy cannot have, since the language or its tools have them.
    fn reserved_names(&self) -> &'static [&'static str];

    /// The files of a new project, in layers: a file replaces its namesake in an earlier layer.
    fn template(&self) -> &'static [Files];

    /// The files and folders of a new project that an author looks at, in that order, with a
    /// description of each.
    fn contents(&self) -> &'static [(&'static str, &'static str)];

    /// How to make a component a policy: the end of an error about one that is not.
    fn how_to_export(&self) -> &'static str;

    /// The files of a project, and of its SDK, that decide what is built, as far as they are
    /// known before a build; those in `src` are known to all languages.
    fn files(&self, folder: &Path) -> Vec<PathBuf>;

    /// Builds the project in a folder and returns where its component is.
    fn build(&self, folder: &Path, source: &Source, metadata: &Metadata)
    -> anyhow::Result<PathBuf>;

    /// Turns the component that the language's tools wrote into the one that is handed on.
    fn finish(&self, component: Vec<u8>) -> anyhow::Result<Vec<u8>> {
        Ok(component)
    }
}

/// Builds a project whose tools do not know what has to be built anew.
pub(crate) trait Builder {
    /// The files of the project and its SDK that decide what is built, before it is.
    fn files(&self) -> Vec<PathBuf>;

    /// Installs the tools, then writes a component to a file. Returns which other files went in,
    /// and the warnings.
    fn build(&self, component: &Path) -> anyhow::Result<Report>;
}

/// Files of projects in all languages: rows of `GuestLanguage::contents`.
pub(crate) mod contents {
    type Row = (&'static str, &'static str);

    pub(crate) const POLICY_TOML: Row =
        ("policy.toml", "metadata: what the policy asks for, its codes for denials");
    pub(crate) const SETTINGS: Row = ("settings.schema.json", "the schema of its settings");
    pub(crate) const CASES: Row = ("cases.toml", "sign-ups, and what is expected of each");
    pub(crate) const README: Row = ("README.md", "how to test, build and use it");
}
