use crate::new_project::NewProject;
use std::io::{Write, stdout};
use std::path::Path;
use std::process::ExitCode;

/// Make a new policy project
///
/// It builds, passes its tests and has something to change at once: a policy with settings,
/// its tests, and cases for `admit test`. It brings the crate `admit-policy` along, so that
/// it builds wherever it goes. A folder that is there already must be empty.
#[derive(clap::Args)]
#[command(after_help = "Example: admit new invite-only")]
pub(crate) struct Args {
    /// The folder to make; its last part becomes the policy's name
    #[arg(value_name = "NAME")]
    project: NewProject,
}

/// What an author looks at, in that order.
const CONTENTS: [(&str, &str); 7] = [
    ("src/lib.rs", "the policy, and its tests"),
    ("policy.toml", "what it says of itself: what it asks for, its codes for denials"),
    ("settings.schema.json", "the schema of its settings, made from their Rust type"),
    ("cases.toml", "sign-ups, and what is expected of each"),
    ("Cargo.toml", "its package"),
    ("README.md", "how to test, build and use it"),
    ("sdk/", "the crate `admit-policy`, so that the project builds anywhere"),
];

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitCode> {
        self.project.write()?;
        let folder = self.project.folder();
        let mut out = stdout().lock();
        writeln!(out, "made the policy project `{}`:", folder.display())?;
        for (file, about) in CONTENTS {
            writeln!(out, "  {file:<20}  {about}")?;
        }
        writeln!(out, "\nTry it out:\n  cd {}\n  admit test", word(folder))?;
        Ok(ExitCode::SUCCESS)
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
