//! Where a policy set was named, so that an error can point at it.

use admit_core::{KeyPath, ManifestError, printable};
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use std::fmt;

/// Where a policy set was named.
pub(crate) enum Origin {
    /// In a manifest.
    Manifest {
        /// The file, as it was named.
        file: String,
        /// Its text.
        text: String,
    },
    /// On the command line.
    CommandLine,
}

/// An error in a manifest, with the text to show.
#[derive(Debug)]
struct Located {
    error: ManifestError,
    text: String,
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for Located {}

impl Origin {
    /// An error about one key of one policy, counted from 0.
    pub(crate) fn policy_error(&self, index: usize, key: &str, message: String) -> anyhow::Error {
        match self {
            Origin::CommandLine => anyhow::anyhow!(message),
            Origin::Manifest { file, text } => {
                let key = KeyPath::policy(index).key(key);
                self.located(ManifestError::at(file, text, &key, message))
            }
        }
    }

    /// Warns about one key of one policy, counted from 0.
    #[expect(clippy::print_stderr, reason = "a warning is for the person at the terminal")]
    pub(crate) fn warn(&self, index: usize, key: &str, message: String) {
        match self {
            Origin::CommandLine => eprintln!("warning: {message}"),
            Origin::Manifest { file, text } => {
                let key = key.split('.').fold(KeyPath::policy(index), |path, key| path.key(key));
                let warning = ManifestError::at(file, text, &key, message);
                eprintln!("{}\n", show(&Level::WARNING, &warning, text));
            }
        }
    }

    /// An error in the manifest, to be shown with the line that it is about.
    pub(crate) fn located(&self, error: ManifestError) -> anyhow::Error {
        match self {
            Origin::CommandLine => error.into(),
            Origin::Manifest { text, .. } => Located { error, text: text.clone() }.into(),
        }
    }
}

/// An error as the terminal shows it: with the line of the manifest underlined, or in one
/// line with its causes.
pub(crate) fn render(error: &anyhow::Error) -> String {
    let Some(Located { error, text }) = error.downcast_ref() else {
        return format!("error: {}", printable(&format!("{error:#}"), CHARACTERS));
    };
    show(&Level::ERROR, error, text)
}

/// As much of an error as is shown: names inside a component, which is somebody else's, are
/// part of some.
const CHARACTERS: usize = 2_000;

fn show(level: &Level<'_>, error: &ManifestError, text: &str) -> String {
    let message = printable(&error.message, CHARACTERS);
    let title = match &error.key {
        Some(key) => format!("`{key}`: {message}"),
        None => message,
    };
    let snippet = Snippet::source(text)
        .path(error.file.as_str())
        .annotation(AnnotationKind::Primary.span(error.span.clone()));
    Renderer::plain().render(&[level.clone().primary_title(title).element(snippet)])
}
