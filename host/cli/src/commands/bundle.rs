//! `admit bundle`: compiles a policy set for the Lambda function.

use crate::bundle::build::{BundleFiles, Configure};
use crate::bundle::checkout::Checkout;
use crate::bundle::iam::PolicyDocument;
use crate::bundle::place::Place;
use crate::bundle::summary::Report;
use crate::cases::Subject;
use crate::exit_status::ExitStatus;
use crate::output::file::Output;
use crate::output::format::{self, Format};
use crate::output::printer;
use crate::package::folder::{self, Readers};
use crate::package::source_folder::SourceFolder;
use crate::policy_set::loaded_manifest::{LoadedManifest, MANIFEST};
use admit_engine::{Target, read_regular_file};
use admit_package::bootstrap::{self, Variant};
use admit_package::{MAX_BOOTSTRAP, MAX_PACKAGE, MAX_UNPACKED, MAX_UPLOADED, Package, write_zip};
use anyhow::{Context, bail};
use clap::{ArgGroup, ValueEnum};
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// Compile policies into a bundle or deployment package
///
/// Builds the policies whose `component` is a folder, rejects whatever would fail on every sign-up
/// (a missing component, an import that is not granted, settings that the policy does not accept),
/// configures the policies, and writes `bundle.json`, the compiled policies, and `about.json`, which
/// describes them: with --output into a folder, with --zip into a deployment package for the
/// runtime `provided.al2023`, together with the bootstrap. The output is reproducible: the same
/// input gives the same bytes.
///
/// The manifest with its settings, and the components, are written to a folder beside the output,
/// such as `function.sources` beside `function.zip`. The function does not need them; `admit
/// report`, `check`, `verify` and `diff` read them when they are given the package.
///
/// Prints the files that were written, and how they differ from the output that was replaced.
///
/// With --iam, prints the permissions that the function needs for the look-ups and links of the
/// manifest, as an IAM policy document, and does nothing else.
///
/// Exit status: 0 written, or with --check no changes; 3 with --check changes; 1 error; 2 wrong
/// usage.
#[derive(clap::Args)]
#[command(group = ArgGroup::new("place").required(true).args(["output", "zip", "iam"]))]
#[command(after_help = "Examples:
  admit bundle --manifest plugins/admit.toml --zip function.zip --target arm64
  admit bundle --zip function.zip --check
  admit bundle -o bundle
  admit bundle --iam")]
pub(crate) struct Args {
    /// Manifest
    #[arg(long, value_name = "FILE", default_value = MANIFEST)]
    manifest: PathBuf,
    /// Folder to write; an existing bundle is replaced
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Deployment package to write; an existing package is replaced
    #[arg(long, value_name = "FILE")]
    zip: Option<PathBuf>,
    /// Print the IAM policy document with the permissions that look-ups and links need
    #[arg(long, conflicts_with_all = ["bootstrap", "no_sources", "target", "configure", "check", "format"])]
    iam: bool,
    /// Bootstrap for the package, from `cargo lambda build` or `cargo build` [default: built from
    /// the sources of `admit`, in a checkout]
    #[arg(long, value_name = "FILE", requires = "zip", conflicts_with = "output")]
    bootstrap: Option<PathBuf>,
    /// Do not write the manifest and the components beside the output
    #[arg(long)]
    no_sources: bool,
    /// Architecture of the Lambda function
    #[arg(long, value_enum, default_value_t = Architecture::X86_64)]
    target: Architecture,
    /// When to run `configure`; results are identical
    #[arg(long, value_enum, default_value_t = Configure::Ahead)]
    configure: Configure,
    /// Dry run: show changes, write nothing; the sources beside the output are not compared
    #[arg(long)]
    check: bool,
    /// Output format
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
        if self.iam {
            return print_permissions(&self.manifest);
        }
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
        let loaded = LoadedManifest::from_manifest(&self.manifest)?;
        loaded.check_that_it_has_policies()?;
        let target = Target::from(self.target);
        let variant = Variant::for_manifest(&loaded.manifest);
        let bundle = BundleFiles::build(loaded, target, self.configure)?;
        // Last, because building the bootstrap may take minutes.
        let place = match (self.output, zip) {
            (Some(folder), _) => Place::Folder(folder),
            (None, Some(output)) => {
                let bootstrap =
                    bootstrap(self.bootstrap.as_deref(), &self.manifest, (target, variant))?;
                Place::Zip { output, bootstrap }
            }
            (None, None) => bail!("specify a folder with --output or a package with --zip"),
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
        Ok(ExitStatus::from_result(!is_found))
    }
}

/// Prints the permissions that the function needs for the look-ups and links of a manifest.
fn print_permissions(manifest: &Path) -> anyhow::Result<ExitStatus> {
    let (_, manifest) = LoadedManifest::read_manifest(manifest)?;
    let document = PolicyDocument::for_manifest(&manifest);
    if document.has_every_pool() {
        printer::say(
            "note: a policy that needs a permission does not name its user pools, so the permission \
             is for every pool of the account: add `user-pools` to its `applies-to`, or replace \
             the resource",
        );
    }
    format::print_json(&document)?;
    Ok(ExitStatus::from_result(true))
}

/// Reads the specified bootstrap, or builds one.
fn bootstrap(
    named: Option<&Path>,
    manifest: &Path,
    (target, variant): (Target, Variant),
) -> anyhow::Result<Vec<u8>> {
    let path = match named {
        Some(path) => path.to_owned(),
        None => match Checkout::find(manifest) {
            Some(checkout) => checkout.build_bootstrap(target, variant)?,
            None => bail!(
                "the package needs a bootstrap: specify one with --bootstrap, or run this command \
                 in a checkout of `admit`, which builds it"
            ),
        },
    };
    let bytes = read_regular_file(&path, MAX_PACKAGE)
        .with_context(|| format!("cannot read the bootstrap `{}`", path.display()))?;
    let problem = || format!("`{}` is not a bootstrap for {target}", path.display());
    bootstrap::check(&bytes, target).and_then(|()| variant.check(&bytes)).with_context(problem)?;
    if bytes.len() as u64 > MAX_BOOTSTRAP {
        bail!(
            "the bootstrap `{}` has more than {} MiB, the maximum",
            path.display(),
            MAX_BOOTSTRAP >> 20
        );
    }
    Ok(bytes)
}

/// The bytes of a package that Lambda accepts.
fn package(bootstrap: &[u8], bundle: &BundleFiles) -> anyhow::Result<Vec<u8>> {
    let files = bundle.files.values().map(Vec::len).sum::<usize>();
    let unpacked = (bootstrap.len() + files) as u64;
    if unpacked > MAX_UNPACKED {
        bail!(
            "the unpacked package has {} MiB; Lambda accepts at most {} MiB",
            unpacked >> 20,
            MAX_UNPACKED >> 20
        );
    }
    let bytes = write_zip(bootstrap, &bundle.files)?;
    let package = Package::read(Cursor::new(&bytes)).context("the package cannot be read")?;
    if let Some(flaw) = package.flaws.iter().chain(&package.bootstrap_flaws).next() {
        bail!("the package has a flaw: {flaw}");
    }
    if bytes.len() > MAX_UPLOADED {
        warn_of_size(bytes.len());
    }
    Ok(bytes)
}

fn warn_of_size(bytes: usize) {
    let message = format!(
        "the package has {} MiB; Lambda accepts more than {} MiB only from S3",
        bytes >> 20,
        MAX_UPLOADED >> 20
    );
    printer::warn(&message);
}
