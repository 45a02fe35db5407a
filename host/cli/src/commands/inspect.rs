use crate::anatomy::Anatomy;
use crate::assembly;
use crate::patience::Patience;
use admit_core::printable;
use admit_engine::{Digest, is_granted};
use anyhow::Context;
use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

/// Show what a component is, without running it
///
/// Prints the version of the contract that it speaks, its size and digest, everything that
/// it imports and exports by its own types, and the tools that made it. An import that no
/// policy is granted is marked; such a component is refused when it is bundled.
///
/// A folder is built first, by cargo, which runs the project's build scripts and macros:
/// for a policy that you do not trust, name the .wasm file.
#[derive(clap::Args)]
#[command(after_help = "Example: admit inspect email-domain.wasm")]
pub(crate) struct Args {
    /// A component, or the folder of a policy project
    component: PathBuf,
}

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitCode> {
        let bytes = assembly::component(&self.component)?;
        let name = self.component.display();
        let _patience = Patience::with(format!("reading `{name}`"));
        let anatomy = Anatomy::of(&bytes).with_context(|| format!("`{name}`"))?;
        let mut out = stdout().lock();
        let contract = match anatomy.contract() {
            Some(version) => format!("admit:policy@{version}"),
            None => "none: it does not export `admit:policy/sign-up-policy`".to_owned(),
        };
        writeln!(out, "component  {name}")?;
        writeln!(out, "contract   {contract}")?;
        writeln!(out, "size       {} bytes", bytes.len())?;
        writeln!(out, "digest     {}", Digest::of(&bytes))?;
        let imports = anatomy.imports.iter().map(|import| match is_granted(import) {
            true => import.clone(),
            false => format!("{import} (not granted)"),
        });
        list(&mut out, "imports", imports)?;
        list(&mut out, "exports", anatomy.exports.iter().cloned())?;
        list(&mut out, "producers", anatomy.producers.iter().cloned())?;
        Ok(ExitCode::SUCCESS)
    }
}

fn list(
    out: &mut impl Write,
    name: &str,
    items: impl Iterator<Item = String>,
) -> std::io::Result<()> {
    let mut label = name;
    for item in items {
        // The names are those of whoever made the component.
        writeln!(out, "{label:<10} {}", printable(&item, 200))?;
        label = "";
    }
    if label == name {
        writeln!(out, "{name:<10} none")?;
    }
    Ok(())
}
