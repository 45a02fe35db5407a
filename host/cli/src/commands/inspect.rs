//! `admit inspect`: describes a component, a bundle or a package.

use crate::exit_status::ExitStatus;
use crate::inspect::{ComponentReport, PackageInfo};
use crate::output::format::{self, Format};
use crate::output::printer;
use crate::package::deployment::Deployment;
use crate::policy_set::loaded_manifest;
use anyhow::{Context, bail};
use std::path::PathBuf;

/// Describe a component, a bundle or a deployment package, without running it
///
/// For a component: the version of its contract, its size and digest, its imports and exports with
/// their types, the tools that made it, and its metadata, which is unverified. Imports that are not
/// granted are marked; a component with such an import cannot be bundled. With --manifest, also the
/// grants of each policy that uses the component, beside the component's requests.
///
/// For a bundle or a package: its target, its policies with their terms, grants and limits, and
/// files that are missing, damaged, duplicate or unexpected. Only terms, grants and limits are
/// applied by the function. The digests and metadata of the components are claims of the bundle's
/// author: they cannot be verified from native code, see `admit verify`. Values of settings, which
/// may be secrets, are not shown.
///
/// If PATH is the folder of a project, the project is built first, and cargo runs its build scripts
/// and macros. If you do not trust a policy, specify its .wasm file instead. A project that only the
/// manifest names is never built: its policy is compared if PATH is its folder, and otherwise listed
/// as not compared.
///
/// Exit status: 0 no problems; 3 imports that are not granted, invalid metadata, or flaws of a
/// bundle or package; 1 error; 2 wrong usage.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  admit inspect email-domain.wasm
  admit inspect plugins/email-domain --manifest plugins/admit.toml
  admit inspect function.zip --format json")]
pub(crate) struct Args {
    /// A component, a policy project, the folder of a bundle, or a deployment package
    path: PathBuf,
    /// Show the grants of the policies in this manifest that use the component
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitStatus> {
        let name = self.path.display().to_string();
        let is_sound = if let Some(deployment) = Deployment::at(&self.path)? {
            if self.manifest.is_some() {
                bail!("--manifest is for a component; `{name}` contains its own manifest");
            }
            let deployed = PackageInfo::of(deployment)?;
            match self.format {
                Format::Text => printer::print(&deployed.to_text())?,
                Format::Json => format::print_json(&deployed)?,
            }
            deployed.is_sound()
        } else {
            let bytes = loaded_manifest::component(&self.path)?;
            let inspected = ComponentReport::new(name.clone(), &bytes);
            let mut inspected = inspected.with_context(|| format!("`{name}`"))?;
            if let Some(manifest) = &self.manifest {
                inspected.find_grants(&self.path, manifest)?;
            }
            match self.format {
                Format::Text => printer::print(&inspected.to_text())?,
                Format::Json => format::print_json(&inspected)?,
            }
            inspected.is_sound()
        };
        Ok(ExitStatus::from_result(is_sound))
    }
}
