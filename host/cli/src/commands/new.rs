//! `admit new`: creates a policy project.

use crate::exit_status::ExitStatus;
use crate::output::printer;
use admit_build::new_project::{self, NewProject};
use admit_core::Language;
use clap::ValueEnum;
use clap::builder::PossibleValue;
use clap::error::ErrorKind;
use std::fmt::Write;
use std::path::Path;
use std::sync::LazyLock;

/// A language as a value of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Offered(Language);

static OFFERED: LazyLock<Vec<Offered>> = LazyLock::new(|| Language::ALL.map(Offered).to_vec());

impl ValueEnum for Offered {
    fn value_variants<'a>() -> &'a [Offered] {
        &OFFERED
    }

    /// The short name of the language, with its long name in `policy.toml` as an alias.
    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (first, others) = new_project::names(self.0).split_first()?;
        Some(PossibleValue::new(first).aliases(others))
    }
}

/// Create a new policy project
///
/// The project builds and passes its tests: a policy with settings, unit tests, and cases for `admit
/// test`. It includes the SDK of its language, and so does not depend on its location. An existing
/// folder must be empty.
#[derive(clap::Args)]
#[command(after_help = "Example: admit new invite-only")]
pub(crate) struct Args {
    /// Folder to create; its last component becomes the name of the policy
    #[arg(value_name = "NAME")]
    project: NewProject,
    /// Language of the policy
    #[arg(long, value_enum, value_name = "LANGUAGE", default_value_t = Offered(Language::Rust))]
    lang: Offered,
}

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitStatus> {
        let Offered(language) = self.lang;
        if let Err(message) = self.project.check_name(language) {
            return Err(clap::Error::raw(ErrorKind::ValueValidation, message + "\n").into());
        }
        self.project.write(language)?;
        let folder = self.project.folder();
        let mut text = format!("created the policy project `{}`:\n", folder.display());
        for (file, about) in NewProject::contents(language) {
            writeln!(text, "  {file:<20}  {about}")?;
        }
        writeln!(text, "\nRun its cases:\n  cd {}\n  admit test", quoted(folder))?;
        printer::print(&text)?;
        Ok(ExitStatus::Success)
    }
}

/// Quotes a path for a shell where necessary.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    match text.chars().all(|c| c.is_alphanumeric() || "/._-+~".contains(c)) {
        true => text,
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}
