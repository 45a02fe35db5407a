//! A bundle or a deployment package as it lies there, none of whose code is loaded.

use crate::input::Input;
use crate::package::bootstrap;
use crate::package::folder;
use crate::package::function_zip::{BOOTSTRAP, MAX_PACKAGE, Package};
use crate::package::index::{Known, flaws, index};
use crate::package::source_folder::SourceFolder;
use admit_core::Manifest;
use admit_engine::bundle::{INDEX, Index};
use admit_engine::{Digest, read_regular_file};
use anyhow::{Context, anyhow, bail};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A bundle or a deployment package.
pub(crate) struct Deployment {
    pub(crate) kind: Kind,
    /// As somebody named it.
    pub(crate) path: String,
    /// Of the index, which names everything else by its digest.
    pub(crate) digest: Digest,
    pub(crate) index: Index,
    pub(crate) manifest: Manifest,
    /// Whether the settings are known of those policies that were configured when it was made.
    pub(crate) has_settings: bool,
    /// Where its sources are, if they are anywhere.
    pub(crate) sources: SourceFolder,
    /// The files of the bundle, by their names in it.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// None in a folder, which has none, and where it is missing.
    pub(crate) bootstrap: Option<Vec<u8>>,
    /// What would not work, or what nobody asked for.
    pub(crate) flaws: Vec<String>,
    /// How many of them, the first ones, are flaws of the index and of the files that it names.
    bundle_flaws: usize,
}

/// Where a bundle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// In a folder.
    Bundle,
    /// In a zip, beside the bootstrap.
    Package,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Bundle => "bundle",
            Kind::Package => "package",
        }
    }
}

impl Deployment {
    /// Takes the settings of policies that were configured when it was made from other sources than
    /// those beside it, if they are its own.
    pub(crate) fn take_settings(&mut self, sources: &SourceFolder) -> anyhow::Result<()> {
        let known = sources.settings_of(&self.index).filter(|_| !self.has_settings);
        if let Some(settings) = known {
            self.index.put_settings(settings);
            self.manifest = self.index.manifest().context("the settings of the sources")?;
            self.has_settings = true;
        }
        Ok(())
    }

    /// What is in a place; nothing if that is neither a bundle nor a zip.
    pub(crate) fn at(path: &Path) -> anyhow::Result<Option<Deployment>> {
        match Input::detect(path) {
            Input::Bundle(folder) => Deployment::in_folder(&folder).map(Some),
            Input::Package(file) => Deployment::in_zip(&file).map(Some),
            Input::Manifest(_) | Input::Project(_) | Input::Component(_) => Ok(None),
        }
    }

    fn in_folder(path: &Path) -> anyhow::Result<Deployment> {
        let files =
            folder::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let flaws = flaws(&files);
        Deployment::new(Kind::Bundle, path, files, None, (flaws, Vec::new()))
    }

    fn in_zip(path: &Path) -> anyhow::Result<Deployment> {
        let name = path.display();
        let bytes = read_regular_file(path, MAX_PACKAGE)
            .with_context(|| format!("cannot read `{name}`"))?;
        let package = Package::from_zip(&bytes)
            .with_context(|| format!("`{name}` is no deployment package"))?;
        let mut of_bundle = flaws(&package.bundle);
        let (mut others, of_zip): (Vec<_>, Vec<_>) =
            package.flaws.into_iter().partition(|flaw| flaw.starts_with(BOOTSTRAP));
        // Which of two entries counts is up to the program that unpacks it.
        of_bundle.extend(of_zip);
        let bootstrap = Some(package.bootstrap).filter(|bytes| !bytes.is_empty());
        if bootstrap.is_none() {
            others.push(format!("{BOOTSTRAP}: missing"));
        }
        Deployment::new(Kind::Package, path, package.bundle, bootstrap, (of_bundle, others))
    }

    fn new(
        kind: Kind,
        path: &Path,
        files: BTreeMap<String, Vec<u8>>,
        bootstrap: Option<Vec<u8>>,
        (mut flaws, others): (Vec<String>, Vec<String>),
    ) -> anyhow::Result<Deployment> {
        let name = path.display();
        let sources = SourceFolder::beside(path);
        let known = index(&files, &sources);
        let Known { index, has_settings } =
            known.map_err(|reason| anyhow!("`{name}`: {INDEX}: {reason}"))?;
        let manifest = index.manifest().with_context(|| format!("`{name}`: {INDEX}"))?;
        if let Err(reason) = index.check_policy_set(&manifest) {
            flaws.push(format!("{INDEX}: {reason}"));
        }
        let bundle_flaws = flaws.len();
        flaws.extend(others);
        if let Some(bytes) = &bootstrap
            && let Err(error) = bootstrap::check(bytes, index.target)
        {
            flaws.push(format!("{BOOTSTRAP}: {error:#}"));
        }
        Ok(Deployment {
            kind,
            path: name.to_string(),
            digest: Digest::new(&files[INDEX]),
            has_settings,
            sources,
            index,
            manifest,
            files,
            bootstrap,
            flaws,
            bundle_flaws,
        })
    }
}

/// The manifest behind a place that somebody named: of a bundle or a package, the one that it was
/// made from, which must be whole; all else stays as it is.
pub(crate) fn manifest_behind(path: &Path) -> anyhow::Result<PathBuf> {
    let Some(deployment) = Deployment::at(path)? else { return Ok(path.to_owned()) };
    let name = path.display();
    // A bootstrap of another version is no reason not to look at the policies.
    if let Some(flaw) = deployment.flaws[..deployment.bundle_flaws].first() {
        bail!("`{name}`: {flaw}: `admit inspect {name}` says all that is wrong with it");
    }
    deployment.sources.manifest_of(&deployment.index).with_context(|| {
        format!("`{name}` holds native code alone, and it is its sources that are looked at")
    })
}
