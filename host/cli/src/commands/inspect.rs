//! `admit inspect`: shows what a component or a package is.

use crate::exit_status::ExitStatus;
use crate::inspect::{ComponentReport, PackageInfo};
use crate::output::format::Format;
use crate::package::deployment::Deployment;
use crate::policy_set::loaded_manifest;
use anyhow::{Context, bail};
use std::io::{Write, stdout};
use std::path::PathBuf;

/// Show what a component, a bundle or a deployment package is, without running it
///
/// Of a component: the version of the contract that it speaks, its size and digest, everything
/// that it imports and exports by its own types, the tools that made it, and what it says of
/// itself, which is its author's word. An import that no policy is granted is marked; such a
/// component is refused when it is bundled. With --manifest also what each policy that uses it
/// is granted, against what it asks for.
///
/// Of a bundle or a package: what it was made for, its policies with their terms, grants and
/// limits, and what is missing, damaged, there twice or too much. The terms, grants and limits
/// alone are what the function applies. What the components were, and what they say of
/// themselves, is the word of whoever made the bundle: native code cannot be compared with it.
/// Values of settings, which may be secrets, are not shown.
///
/// If PATH is the folder of a project, it is built first, by cargo, which runs its build
/// scripts and macros: for a policy that you do not trust, name the .wasm file. A project that
/// only the manifest names is never built: its policy is compared if PATH is its folder, and
/// is said not to be compared otherwise.
///
/// Exit status: 0 nothing to object to; 3 a component imports what is not granted, or what it
/// says of itself cannot be read, or a bundle or package has flaws; 1 cannot be read; 2 wrong
/// usage.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  admit inspect email-domain.wasm
  admit inspect plugins/email-domain --manifest plugins/admit.toml
  admit inspect function.zip --format json")]
pub(crate) struct Args {
    /// A component, the folder of a policy project or of a bundle, or a deployment package
    path: PathBuf,
    /// Show what the policies of this manifest that use the component are granted
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitStatus> {
        let name = self.path.display().to_string();
        let (text, is_sound) = if let Some(deployment) = Deployment::at(&self.path)? {
            if self.manifest.is_some() {
                bail!("`{name}` has its own manifest inside: leave --manifest out");
            }
            let deployed = PackageInfo::of(deployment)?;
            let text = match self.format {
                Format::Text => deployed.to_text(),
                Format::Json => deployed.to_json()?,
            };
            (text, deployed.is_sound())
        } else {
            let bytes = loaded_manifest::component(&self.path)?;
            let inspected = ComponentReport::new(name.clone(), &bytes);
            let mut inspected = inspected.with_context(|| format!("`{name}`"))?;
            if let Some(manifest) = &self.manifest {
                inspected.find_grants(&self.path, manifest)?;
            }
            let text = match self.format {
                Format::Text => inspected.to_text(),
                Format::Json => inspected.to_json()?,
            };
            (text, inspected.is_sound())
        };
        stdout().write_all(text.as_bytes())?;
        Ok(ExitStatus::of_answer(is_sound))
    }
}
