//! Builds a project unless its component is up to date, one build at a time.

use super::finish::finish;
use super::inputs::{self, Inputs};
use super::output_folder::OutputFolder;
use crate::languages::guest_language::{Builder, GuestLanguage};
use crate::{diagnostics, policy_toml};
use admit_core::{Metadata, printable};
use anyhow::{Context, bail};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Where a project's component is written, from its folder.
pub(crate) const OUTPUT: &str = "target/admit";

/// Tells backup tools that everything in the folder can be built again.
const CACHE_TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n";

/// Builds a project whose tools do not know what has to be built anew.
pub(crate) fn build<B: Builder>(
    language: &dyn GuestLanguage,
    named: &Path,
    metadata: &Metadata,
    builder: impl FnOnce(&Path) -> anyhow::Result<B>,
) -> anyhow::Result<PathBuf> {
    let folder =
        &named.canonicalize().with_context(|| format!("cannot find `{}`", named.display()))?;
    let builder = builder(folder)?;
    let target = OutputFolder::make(folder, "target")?;
    if !target.file("CACHEDIR.TAG")?.exists() {
        target.write("CACHEDIR.TAG", CACHE_TAG.as_bytes())?;
    }
    let output = OutputFolder::make(folder, OUTPUT)?;
    let (name, stamp) = (format!("{}.wasm", metadata.name), stamp(metadata));
    // Links are refused before the build, which takes longer.
    let component = output.file(&name)?;
    let before = output.file(&stamp)?;
    // Two builds at once would do the same work twice and print everything twice.
    let _lock = output.lock(".lock")?;

    let mut inputs = Inputs::new(files(folder, builder.files()));
    if let Some(before) = Inputs::read(&before)
        && output.read(&name).is_some_and(|bytes| before.still_give(&bytes, &inputs))
    {
        say_warnings(before.warnings());
        return Ok(component);
    }
    say_build(named, metadata);
    let temporary = tempfile::Builder::new().prefix(".admit-").tempdir_in(output.path());
    // An error with the name of the temporary folder would mean nothing to its reader.
    let temporary = temporary.map_err(|error| std::io::Error::from(error.kind()));
    let temporary =
        temporary.with_context(|| format!("cannot write in `{}`", output.path().display()))?;
    let raw = temporary.path().join("component.wasm");
    let report = builder.build(&raw)?;
    inputs.add(report.files);
    let Ok(bytes) = fs::read(&raw) else {
        bail!("the tools of `{}` wrote no component, and did not say why", named.display());
    };
    let bytes = finish(named, language, bytes, Some(metadata))?;
    inputs.built(&bytes, report.warnings);
    let component = output.write(&name, &bytes)?;
    output.write(&stamp, &inputs.to_json()?)?;
    Ok(component)
}

/// The files that went into a project's component in its last build.
pub(crate) fn inputs(folder: &Path, metadata: &Metadata) -> impl Iterator<Item = PathBuf> {
    let stamp = folder.join(OUTPUT).join(stamp(metadata));
    Inputs::read(&stamp).into_iter().flat_map(Inputs::into_files)
}

fn stamp(metadata: &Metadata) -> String {
    format!("{}.inputs.json", metadata.name)
}

/// The files that decide what is built, as far as they are known before a build.
pub(crate) fn files(folder: &Path, of_language: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut files = of_language;
    files.extend(inputs::sources(&folder.join("src")));
    let metadata = folder.join(policy_toml::FILE);
    files.extend(schema(folder, &metadata));
    files.push(metadata);
    files
}

/// The file with the schema of the settings, where the metadata name one.
fn schema(folder: &Path, metadata: &Path) -> Option<PathBuf> {
    let text = fs::read_to_string(metadata).ok()?;
    let metadata: Value = admit_core::read_toml("", &text).ok()?;
    Some(folder.join(metadata["settings"].as_str()?))
}

/// A build takes seconds, and should not look as if it hangs.
fn say_build(folder: &Path, metadata: &Metadata) {
    let (folder, language) = (folder.display(), metadata.language);
    diagnostics::say(&format!("building `{folder}`, a policy in {language}"));
}

/// The most warnings that are shown again.
const MAX_WARNINGS: usize = 50;
const MAX_CHARACTERS: usize = 2_000;

/// A warning holds as long as the source is the same, although nothing is built again. The list may
/// be from another author, as the project may be.
fn say_warnings(warnings: &[String]) {
    for warning in warnings.iter().take(MAX_WARNINGS) {
        diagnostics::say(&printable(warning, MAX_CHARACTERS));
    }
    if let Some(more @ 1..) = warnings.len().checked_sub(MAX_WARNINGS) {
        diagnostics::say(&format!("warning: {more} more warnings are not shown"));
    }
}
