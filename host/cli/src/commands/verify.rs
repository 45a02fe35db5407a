//! `admit verify`: compares the native code of a bundle with its components.

use crate::exit_status::ExitStatus;
use crate::output::format::{self, Format};
use crate::output::printer;
use crate::package::deployment::Deployment;
use crate::package::source_folder::SourceFolder;
use crate::verify::Verification;
use crate::verify::sources::Sources;
use anyhow::bail;
use std::path::PathBuf;

/// Verify that the native code of a bundle or package was compiled from its components
///
/// `admit inspect` relies on the claims of a bundle about its native code. This command does not: it
/// compiles the components, configures them ahead of time if that was done for the bundle, and
/// compares the code of every policy byte for byte. It does not run the code in the bundle; it only
/// runs the components, in their sandbox.
///
/// The components are the `.wasm` files of a folder, identified by their SHA-256 digests; their
/// names do not matter. The folder is the one that `admit bundle` writes beside a bundle, or another
/// one. The files must be exactly those that were bundled. This command does not judge the
/// components themselves, for which see `admit inspect` and `admit test`, and ignores the bootstrap
/// of a package.
///
/// Exit status: 0 verified; 3 not verified: different code, a component that is not in the folder,
/// settings that are not beside the bundle, a flaw of the bundle; 1 not readable, or compiled by
/// another version of wasmtime; 2 wrong usage.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  admit verify function.zip
  admit verify function.zip --components components/
  admit verify bundle --components components/ --format json")]
pub(crate) struct Args {
    /// Folder of a bundle, or a deployment package
    path: PathBuf,
    /// Folder of the components [default: beside PATH, such as `function.sources` for
    /// `function.zip`]
    #[arg(long, value_name = "DIR")]
    components: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitStatus> {
        let Some(mut deployment) = Deployment::at(&self.path)? else {
            let path = self.path.display();
            match self.path.exists() {
                true => bail!("`{path}` is neither the folder of a bundle nor a package"),
                false => bail!("`{path}` not found: expected the folder of a bundle, or a package"),
            }
        };
        let folder = self.components.unwrap_or_else(|| deployment.sources.path().to_owned());
        deployment.take_settings(&SourceFolder::at(&folder))?;
        let sources = Sources::in_folder(&folder)?;
        let verification = Verification::of(&deployment, &sources)?;
        match self.format {
            Format::Text => {
                printer::print(&verification.to_text(&sources.folder))?;
            }
            Format::Json => format::print_json(&verification)?,
        }
        Ok(ExitStatus::from_result(verification.is_complete()))
    }
}
