//! `admit verify`: compares native code with its components.

use crate::exit_status::ExitStatus;
use crate::output::format::{self, Format};
use crate::package::deployment::Deployment;
use crate::package::source_folder::SourceFolder;
use crate::verify::Verification;
use crate::verify::sources::Sources;
use anyhow::bail;
use std::io::{Write, stdout};
use std::path::PathBuf;

/// Compile the components of a bundle or package once more, and compare its code with that
///
/// `admit inspect` takes the word of whoever made a bundle for what its native code is. This
/// command does not: it compiles the components, configures them ahead where that was done for
/// the bundle, and compares the code of every policy byte for byte. It runs none of the code in
/// the bundle; what it runs is the components, in their sandbox.
///
/// The components are the `.wasm` files of a folder, which are told by their SHA-256 digests and
/// may have any names: those that `admit bundle` puts beside a bundle, or others that you name. They
/// must be the very files that were bundled. What the components
/// themselves do is for `admit inspect`, `admit test` and whoever reads their sources to say, and
/// the bootstrap of a package is not looked at.
///
/// Exit status: 0 everything is verified; 3 something is not: other code, a component that is
/// not in the folder, settings that do not lie beside the bundle, a flaw of the bundle; 1 cannot be
/// read, or was compiled by another wasmtime; 2 wrong usage.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  admit verify function.zip
  admit verify function.zip --components components/
  admit verify bundle --components components/ --format json")]
pub(crate) struct Args {
    /// The folder of a bundle, or a deployment package
    path: PathBuf,
    /// The folder of the components, where they do not lie beside it, as in `function.sources` of
    /// `function.zip`
    #[arg(long, value_name = "DIR")]
    components: Option<PathBuf>,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitStatus> {
        let Some(mut deployment) = Deployment::at(&self.path)? else {
            let path = self.path.display();
            match self.path.exists() {
                true => bail!("`{path}` is neither the folder of a bundle nor a package"),
                false => bail!("there is no `{path}`: name the folder of a bundle, or a package"),
            }
        };
        let folder = self.components.unwrap_or_else(|| deployment.sources.path().to_owned());
        deployment.take_settings(&SourceFolder::at(&folder))?;
        let sources = Sources::in_folder(&folder)?;
        let verification = Verification::of(&deployment, &sources)?;
        match self.format {
            Format::Text => {
                stdout().write_all(verification.to_text(&sources.folder).as_bytes())?;
            }
            Format::Json => format::print_json(&verification)?,
        }
        Ok(ExitStatus::of_answer(verification.is_complete()))
    }
}
