use crate::project;
use anyhow::Context;
use std::fs;
use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

/// Build a policy project to a component
///
/// Takes a Rust project that uses the crate `admit-policy` and prints where its component
/// is. The Rust target wasm32-unknown-unknown is added through rustup where it is missing.
/// Components are built small, without WASI, and without paths of this machine; the
/// project needs no settings for that.
#[derive(clap::Args)]
#[command(after_help = "Example: admit build plugins/email-domain -o email-domain.wasm")]
pub(crate) struct Args {
    /// The folder of the project
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Also copy the component to this file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitCode> {
        let built = project::build(&self.dir)?;
        let component = match self.output {
            None => built,
            Some(output) => {
                fs::copy(&built, &output)
                    .with_context(|| format!("cannot write `{}`", output.display()))?;
                output
            }
        };
        writeln!(stdout(), "{}", component.display())?;
        Ok(ExitCode::SUCCESS)
    }
}
