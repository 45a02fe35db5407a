//! `admit build`: builds a policy project.

use crate::cases::Suite;
use crate::exit_status::ExitStatus;
use crate::output::file::Output;
use crate::output::format::{self, Format};
use crate::output::printer;
use admit_build::project;
use admit_engine::Digest;
use anyhow::Context;
use serde::Serialize;
use std::fs;
use std::path::PathBuf;

/// Build a policy project into a component
///
/// Builds the project in the `language` of its `policy.toml`, and prints the path of the component:
/// Rust with cargo, TypeScript and JavaScript with Node.js, Python with Python, C with clang.
/// Further tools of a language are installed into the project by its package manager, in the
/// versions that the project pins; for Rust, rustup adds the target wasm32-unknown-unknown.
/// Components are optimized for size and contain neither WASI nor paths of this machine; the
/// project needs no configuration for that.
#[derive(clap::Args)]
#[command(after_help = "Example: admit build plugins/email-domain -o email-domain.wasm")]
pub(crate) struct Args {
    /// Folder of the project
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Copy the component to this file; an existing file is replaced
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Output format; JSON includes the digest and the size
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// A built component, as the JSON output describes it.
#[derive(Serialize)]
struct Built {
    path: String,
    digest: Digest,
    bytes: usize,
}

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitStatus> {
        let output = self.output.as_deref().map(|path| {
            let cases = Suite::at(&self.dir, None).files();
            Output::at(path, project::files(&self.dir).into_iter().chain(cases).collect())
        });
        let output = output.transpose()?;
        let built = project::build(&self.dir)?;
        let bytes =
            fs::read(&built).with_context(|| format!("cannot read `{}`", built.display()))?;
        if let Some(output) = output {
            output.write(&bytes)?;
        }
        let component = self.output.unwrap_or(built);
        match self.format {
            Format::Text => printer::print(&format!("{}\n", component.display()))?,
            Format::Json => {
                let path = component.display().to_string();
                let (digest, bytes) = (Digest::new(&bytes), bytes.len());
                format::print_json(&Built { path, digest, bytes })?;
            }
        }
        Ok(ExitStatus::Success)
    }
}
