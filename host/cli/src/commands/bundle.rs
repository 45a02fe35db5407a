use crate::assembly::{Assembly, MANIFEST};
use crate::patience::Patience;
use admit_engine::bundle::{Entry, INDEX, Index, MOST_COMPILED};
use admit_engine::{Compiler, Digest, Engine, Target};
use anyhow::{Context, bail};
use clap::ValueEnum;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

/// Compile a policy set to the folder that the Lambda function loads
///
/// Builds the policies that the manifest names by folder, refuses what would fail on every
/// sign-up (a missing component, an import that is not granted, settings that the policy
/// does not accept), and writes `bundle.json` and one compiled file for each distinct
/// component. The same input gives the same bytes.
#[derive(clap::Args)]
#[command(
    after_help = "Example: admit bundle --manifest plugins/admit.toml -o bundle --target arm64"
)]
pub(crate) struct Args {
    /// The manifest
    #[arg(long, value_name = "FILE", default_value = MANIFEST)]
    manifest: PathBuf,
    /// The folder to write; a bundle that is there already is replaced
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// The architecture of the Lambda function
    #[arg(long, value_enum, default_value_t = Architecture::X86_64)]
    target: Architecture,
}

#[derive(Clone, Copy, ValueEnum)]
enum Architecture {
    /// 64-bit Intel and AMD
    #[value(name = "x86_64")]
    X86_64,
    /// 64-bit Arm, such as Graviton
    Arm64,
}

impl From<Architecture> for Target {
    fn from(architecture: Architecture) -> Target {
        match architecture {
            Architecture::X86_64 => Target::X86_64,
            Architecture::Arm64 => Target::Arm64,
        }
    }
}

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitCode> {
        check_output(&self.output)?;
        let assembly = Assembly::from_manifest(&self.manifest)?;
        if assembly.manifest.policies.is_empty() {
            bail!("`{}` names no policy: everybody would be admitted", self.manifest.display());
        }
        let engine = Engine::new(1)?;
        assembly.checked(&engine)?;

        let target = Target::from(self.target);
        let compiler = Compiler::for_target(target)?;
        let mut entries = BTreeMap::new();
        let mut files = BTreeMap::new();
        let mut by_source = BTreeMap::new();
        for (name, bytes) in &assembly.components {
            let source = Digest::of(bytes);
            let entry = match by_source.get(&source) {
                Some(entry) => *entry,
                None => {
                    let _patience = Patience::with(format!("compiling `{name}` for {target}"));
                    let compiled = compiler.compile(bytes).with_context(|| format!("`{name}`"))?;
                    if compiled.len() as u64 > MOST_COMPILED {
                        bail!(
                            "`{name}` is {} MiB when it is compiled, and the function reads at \
                             most {} MiB",
                            compiled.len() >> 20,
                            MOST_COMPILED >> 20
                        );
                    }
                    let entry = Entry { source, compiled: Digest::of(&compiled) };
                    files.insert(entry.file_name(), compiled);
                    by_source.insert(source, entry);
                    entry
                }
            };
            entries.insert(name.clone(), entry);
        }
        let mut out = stdout().lock();
        for (name, entry) in &entries {
            let size = files[&entry.file_name()].len();
            writeln!(out, "{name}  {}  {} KiB compiled", entry.source, size.div_ceil(1024))?;
        }
        let index = Index::new(assembly.manifest, target, entries);
        files.insert(INDEX.to_owned(), index.to_text()?.into_bytes());
        write_bundle(&self.output, &files)
            .with_context(|| format!("cannot write the bundle `{}`", self.output.display()))?;
        writeln!(out, "{}  bundle for {target}", self.output.display())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Refuses to replace a folder that holds anything but a bundle.
fn check_output(folder: &Path) -> anyhow::Result<()> {
    let names = match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.file_name())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    };
    let names = names.map_err(|error: io::Error| {
        anyhow::anyhow!("cannot write the bundle `{}`: {error}", folder.display())
    })?;
    let ours = |name: &OsString| {
        name == INDEX || Path::new(name).extension().is_some_and(|extension| extension == "cwasm")
    };
    match names.iter().find(|name| !ours(name)) {
        None => Ok(()),
        Some(name) => bail!(
            "`{}` holds `{}`, which is no part of a bundle: name another folder",
            folder.display(),
            name.display()
        ),
    }
}

/// Writes the new bundle beside the old one, then puts it in its place. Where that cannot
/// be done, the old one stays.
fn write_bundle(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    // Behind a link, what it leads to is replaced.
    let folder = &folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let parent = match folder.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent)?;
    let beside = tempfile::Builder::new().prefix(".admit-bundle-").tempdir_in(parent)?;
    let (new, old) = (beside.path().join("new"), beside.path().join("old"));
    fs::create_dir(&new)?;
    readable(&new, 0o755)?;
    for (name, bytes) in files {
        let path = new.join(name);
        fs::write(&path, bytes)?;
        readable(&path, 0o644)?;
    }
    if !folder.exists() {
        return fs::rename(new, folder);
    }
    fs::rename(folder, &old)?;
    fs::rename(new, folder).or_else(|error| {
        fs::rename(&old, folder)?;
        Err(error)
    })
}

/// Lets everybody read what was written, whatever the umask: Lambda runs the function as
/// another user than the one who made the bundle.
fn readable(path: &Path, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))?;
    let _ = (path, mode);
    Ok(())
}
