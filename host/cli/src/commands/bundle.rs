//! `admit bundle`: compiles a policy set for the function.

use crate::bundle::build::{BundleFiles, Configure};
use crate::bundle::checkout::Checkout;
use crate::bundle::place::Place;
use crate::bundle::summary::Report;
use crate::cases::Subject;
use crate::exit_status::ExitStatus;
use crate::output::file::Output;
use crate::output::format::Format;
use crate::package::bootstrap;
use crate::package::folder::{self, Readers};
use crate::package::function_zip::{MAX_PACKAGE, MAX_UNPACKED, MAX_UPLOADED, Package};
use crate::package::source_folder::SourceFolder;
use crate::policy_set::loaded_manifest::{LoadedManifest, MANIFEST};
use admit_build::diagnostics;
use admit_engine::{Target, read_regular_file};
use anyhow::{Context, bail};
use clap::{ArgGroup, ValueEnum};
use std::path::{Path, PathBuf};

/// Compile a policy set to what the Lambda function loads, or to the whole function
///
/// Builds the policies that the manifest names by folder, refuses what would fail on every
/// sign-up (a missing component, an import that is not granted, settings that the policy
/// does not accept), configures the policies, and writes `bundle.json`, compiled files, and for
/// those who inspect them `about.json`: into a folder with --output, or with --zip into a
/// deployment package for the runtime `provided.al2023`, together with the bootstrap. The same
/// input gives the same bytes.
///
/// The manifest with its settings, and the components, are put beside it, such as into the folder
/// `function.sources` beside `function.zip`. The function has no need of them; `admit report`,
/// `check`, `verify` and `diff` read them where they are given the package.
///
/// Says what it wrote, and what that changes if there was something before.
///
/// Exit status: 0 done, or with --check nothing would change; 3 with --check something would
/// change; 1 cannot be bundled; 2 wrong usage.
#[derive(clap::Args)]
#[command(group = ArgGroup::new("place").required(true).args(["output", "zip"]))]
#[command(after_help = "Examples:
  admit bundle --manifest plugins/admit.toml --zip function.zip --target arm64
  admit bundle --zip function.zip --check
  admit bundle -o bundle")]
pub(crate) struct Args {
    /// The manifest
    #[arg(long, value_name = "FILE", default_value = MANIFEST)]
    manifest: PathBuf,
    /// The folder to write; a bundle that is there already is replaced
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// The deployment package to write; one that is there already is replaced
    #[arg(long, value_name = "FILE")]
    zip: Option<PathBuf>,
    /// The bootstrap for the package, as `cargo lambda build` or `cargo build` makes it; where
    /// none is named, it is built if the sources of `admit` are at hand
    #[arg(long, value_name = "FILE", requires = "zip", conflicts_with = "output")]
    bootstrap: Option<PathBuf>,
    /// Do not put the manifest and the components beside it
    #[arg(long)]
    no_sources: bool,
    /// The architecture of the Lambda function
    #[arg(long, value_enum, default_value_t = Architecture::X86_64)]
    target: Architecture,
    /// When policies are configured: once, or for each sign-up. What can be observed of them is
    /// the same
    #[arg(long, value_enum, default_value_t = Configure::Ahead)]
    configure: Configure,
    /// Write nothing; say what would be written, and what that would change. The sources beside it
    /// are not compared
    #[arg(long)]
    check: bool,
    /// How to print what is written and what that changes
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
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
    pub(crate) fn exec(self) -> anyhow::Result<ExitStatus> {
        let mut inputs = Subject::Manifest(self.manifest.clone()).files();
        inputs.extend(self.bootstrap.clone());
        if let Some(folder) = &self.output {
            folder::check(folder, &inputs)?;
        }
        let zip = self.zip.as_deref().map(|path| Output::at(path, inputs.clone())).transpose()?;
        let sources = [&self.output, &self.zip].into_iter().flatten().next();
        let sources = sources.filter(|_| !self.no_sources).map(|path| SourceFolder::beside(path));
        if let Some(sources) = &sources {
            sources.check()?;
        }
        let assembly = LoadedManifest::from_manifest(&self.manifest)?;
        assembly.check_that_somebody_decides()?;
        let target = Target::from(self.target);
        let bundle = BundleFiles::of(assembly, target, self.configure)?;
        // Last, since it may take minutes.
        let place = match (self.output, zip) {
            (Some(folder), _) => Place::Folder(folder),
            (None, Some(output)) => {
                let bootstrap = bootstrap(self.bootstrap.as_deref(), &self.manifest, target)?;
                Place::Zip { output, bootstrap }
            }
            (None, None) => bail!("name a folder with --output, or a package with --zip"),
        };
        let zip = match &place {
            Place::Folder(_) => Vec::new(),
            Place::Zip { bootstrap, .. } => package(bootstrap, &bundle)?,
        };
        let report = Report::new(&place, &bundle, target, &zip)?.with_sources(sources.as_ref());
        if let Some(sources) = &sources {
            sources.check_inputs(&bundle.sources, &inputs)?;
        }
        if !self.check {
            match &place {
                Place::Folder(folder) => folder::check(folder, &inputs).and_then(|()| {
                    folder::write(folder, &bundle.files, Readers::All)
                        .with_context(|| format!("cannot write the bundle `{}`", folder.display()))
                })?,
                Place::Zip { output, .. } => output.write(&zip)?,
            }
            if let Some(sources) = &sources {
                sources.write(&bundle.sources)?;
            }
        }
        report.print(self.format)?;
        let is_found = self.check && report.is_a_change();
        Ok(ExitStatus::of_answer(!is_found))
    }
}

/// The bootstrap that was named, or one that is built for it.
fn bootstrap(named: Option<&Path>, manifest: &Path, target: Target) -> anyhow::Result<Vec<u8>> {
    let path = match named {
        Some(path) => path.to_owned(),
        None => match Checkout::find(manifest) {
            Some(checkout) => checkout.build_bootstrap(target)?,
            None => bail!(
                "no bootstrap for the package: name one with --bootstrap, or run this in a \
                 checkout of `admit`, where it is built"
            ),
        },
    };
    let bytes = read_regular_file(&path, MAX_PACKAGE)
        .with_context(|| format!("cannot read the bootstrap `{}`", path.display()))?;
    bootstrap::check(&bytes, target)
        .with_context(|| format!("`{}` cannot be the bootstrap", path.display()))?;
    Ok(bytes)
}

/// The bytes of a package, which must be one that Lambda takes.
fn package(bootstrap: &[u8], bundle: &BundleFiles) -> anyhow::Result<Vec<u8>> {
    let files = bundle.files.values().map(Vec::len).sum::<usize>();
    let unpacked = (bootstrap.len() + files) as u64;
    if unpacked > MAX_UNPACKED {
        bail!(
            "the package is {} MiB when it is unpacked, and Lambda takes {} MiB",
            unpacked >> 20,
            MAX_UNPACKED >> 20
        );
    }
    let package = Package {
        bootstrap: bootstrap.to_owned(),
        bundle: bundle.files.clone(),
        ..Package::default()
    };
    let bytes = package.to_zip()?;
    if bytes.len() > MAX_UPLOADED {
        warn_of_size(bytes.len());
    }
    Ok(bytes)
}

#[expect(clippy::print_stderr, reason = "a warning is for the person at the terminal")]
fn warn_of_size(bytes: usize) {
    let message = format!(
        "the package is {} MiB, and Lambda takes {} MiB unless it comes from S3",
        bytes >> 20,
        MAX_UPLOADED >> 20
    );
    eprintln!("{}", diagnostics::warning(&message));
}
