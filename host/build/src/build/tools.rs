//! The tools of other people, as a build starts them.

use anyhow::{Context, bail};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A tool that is to be started in a folder. All that it says goes to standard error, as it is:
/// standard output is for what `admit` answers.
pub(crate) fn tool(program: impl AsRef<std::ffi::OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null()).stdout(io::stderr());
    command
}

/// Runs a tool to its end and returns whether it did what it was started for. Where there is no
/// such tool, the words say what to do.
pub(crate) fn run(command: &mut Command, missing: &str) -> anyhow::Result<bool> {
    Ok(command.status().map_err(|error| absent(command, error, missing))?.success())
}

/// What a tool says, which ends well.
pub(crate) fn ask(command: &mut Command, missing: &str) -> anyhow::Result<String> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let Output { status, stdout, stderr } =
        command.output().map_err(|error| absent(command, error, missing))?;
    if !status.success() {
        bail!(
            "`{}` does not run: {}",
            command.get_program().display(),
            String::from_utf8_lossy(&stderr).trim()
        );
    }
    String::from_utf8(stdout).context("a tool says what is no text")
}

fn absent(command: &Command, error: io::Error, missing: &str) -> anyhow::Error {
    let program = command.get_program().display();
    match error.kind() {
        ErrorKind::NotFound => anyhow::anyhow!("there is no `{program}` here: {missing}"),
        _ => anyhow::Error::from(error).context(format!("cannot start `{program}`")),
    }
}

/// The nearest folder, this one or above, in which a file is.
pub(crate) fn nearest<'a>(folder: &'a Path, file: &str) -> Option<&'a Path> {
    folder.ancestors().find(|folder| folder.join(file).is_file())
}
