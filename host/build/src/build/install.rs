//! The tools of a project, which its language's package manager installs into it.

use super::output::OUTPUT;
use super::output_folder::OutputFolder;
use anyhow::{Context, bail};
use std::fs::File;
use std::path::Path;
use std::process::Command;

/// Holds other builds back that would install into the same folder. It ends with what is
/// returned.
pub(crate) fn lock(root: &Path) -> anyhow::Result<File> {
    let lock = OutputFolder::make(root, OUTPUT).and_then(|folder| folder.lock(".install"));
    lock.with_context(|| format!("cannot install tools in `{}`", root.display()))
}

/// Says what is installed, and does it, with the progress that it shows itself.
#[expect(clippy::print_stderr, reason = "says what it puts on the machine")]
pub(crate) fn install(
    root: &Path,
    typed: &str,
    command: &mut Command,
    missing: &str,
) -> anyhow::Result<()> {
    eprintln!("installing the tools of `{}`, once: {typed}", root.display());
    match super::tools::run(command, missing)? {
        true => Ok(()),
        false => bail!(
            "cannot install the tools of `{}`: `{typed}` failed, and says above why",
            root.display()
        ),
    }
}
