//! Starting the tools of a language.

use anyhow::{Context, bail};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The command for a tool, to be started in a folder. Its output goes to standard error: standard
/// output is for the answers of `admit`.
pub(crate) fn tool(program: impl AsRef<std::ffi::OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null()).stdout(io::stderr());
    command
}

/// Runs a tool to its end and returns whether it succeeded. `missing` is the advice of the error
/// where the tool is not installed.
pub(crate) fn run(command: &mut Command, missing: &str) -> anyhow::Result<bool> {
    Ok(command.status().map_err(|error| absent(command, error, missing))?.success())
}

/// Runs a tool that has to succeed, and returns its standard output.
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
    String::from_utf8(stdout).context("the output of a tool is not UTF-8")
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
