//! `admit new`: makes a policy project.

use crate::exit_status::ExitStatus;
use admit_build::new_project::{self, NewProject};
use admit_core::Language;
use clap::ValueEnum;
use clap::builder::PossibleValue;
use clap::error::ErrorKind;
use std::io::{Write, stdout};
use std::path::Path;
use std::sync::LazyLock;

/// A language in which a project can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Offered(Language);

static OFFERED: LazyLock<Vec<Offered>> = LazyLock::new(|| Language::ALL.map(Offered).to_vec());

impl ValueEnum for Offered {
    fn value_variants<'a>() -> &'a [Offered] {
        &OFFERED
    }

    /// Its short name first; `policy.toml` has the long one.
    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (first, others) = new_project::names(self.0).split_first()?;
        Some(PossibleValue::new(first).aliases(others))
    }
}

/// Make a new policy project
///
/// It builds, passes its tests and has something to change at once: a policy with settings,
/// its tests, and cases for `admit test`. It brings the SDK of its language along, so that it
/// builds wherever it goes. A folder that is there already must be empty.
#[derive(clap::Args)]
#[command(after_help = "Example: admit new invite-only")]
pub(crate) struct Args {
    /// The folder to make; its last part becomes the policy's name
    #[arg(value_name = "NAME")]
    project: NewProject,
    /// What to write the policy in
    #[arg(long, value_enum, value_name = "LANGUAGE", default_value_t = Offered(Language::Rust))]
    lang: Offered,
}

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitStatus> {
        let Offered(language) = self.lang;
        if let Err(message) = self.project.check_name(language) {
            clap::Error::raw(ErrorKind::ValueValidation, message + "\n").exit();
        }
        self.project.write(language)?;
        let folder = self.project.folder();
        let mut out = stdout().lock();
        writeln!(out, "made the policy project `{}`:", folder.display())?;
        for (file, about) in NewProject::contents(language) {
            writeln!(out, "  {file:<20}  {about}")?;
        }
        writeln!(out, "\nTry it out:\n  cd {}\n  admit test", word(folder))?;
        Ok(ExitStatus::Success)
    }
}

/// A path as one word of a shell.
fn word(path: &Path) -> String {
    let text = path.display().to_string();
    match text.chars().all(|c| c.is_alphanumeric() || "/._-+~".contains(c)) {
        true => text,
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}
