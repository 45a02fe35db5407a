//! Installing the tools of a project, by the package manager of its language.

use super::output::OUTPUT;
use super::output_folder::OutputFolder;
use crate::diagnostics;
use anyhow::{Context, bail};
use std::fs::File;
use std::path::Path;
use std::process::Command;

/// Keeps other builds from installing into the same folder, until the returned file is dropped.
pub(crate) fn lock(root: &Path) -> anyhow::Result<File> {
    let lock = OutputFolder::make(root, OUTPUT).and_then(|folder| folder.lock(".install"));
    lock.with_context(|| format!("cannot install tools in `{}`", root.display()))
}

/// Says what is installed, and installs it; the package manager shows its own progress.
pub(crate) fn install(
    root: &Path,
    typed: &str,
    command: &mut Command,
    missing: &str,
) -> anyhow::Result<()> {
    diagnostics::say(&format!("installing the tools of `{}`, once: {typed}", root.display()));
    match super::tools::run(command, missing)? {
        true => Ok(()),
        false => bail!(
            "cannot install the tools of `{}`: `{typed}` failed, and says above why",
            root.display()
        ),
    }
}
