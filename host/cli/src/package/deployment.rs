//! A bundle or a deployment package on disk, whose code is not loaded.

use crate::input::Input;
use crate::package::folder;
use crate::package::index::{Known, index};
use crate::package::source_folder::SourceFolder;
use admit_core::Manifest;
use admit_engine::bundle::{INDEX, Index};
use admit_engine::{Digest, open_regular_file};
use admit_package::bootstrap;
use admit_package::{BOOTSTRAP, MAX_PACKAGE, Package, StoredFiles, flaws};
use anyhow::{Context, anyhow, bail};
use std::path::{Path, PathBuf};

/// A bundle or a deployment package.
pub(crate) struct Deployment {
    pub(crate) kind: Kind,
    /// The path on the command line.
    pub(crate) path: String,
    /// The digest of the index, which contains the digests of all other files.
    pub(crate) digest: Digest,
    pub(crate) index: Index,
    pub(crate) manifest: Manifest,
    /// Whether the settings of policies with snapshots are known.
    pub(crate) has_settings: bool,
    /// The folder of its sources, which may not exist.
    pub(crate) sources: SourceFolder,
    /// The files of the bundle, by their names in it.
    pub(crate) files: StoredFiles,
    /// The bootstrap; `None` for a folder, and if it is missing.
    pub(crate) bootstrap: Option<Vec<u8>>,
    /// What would not work, and what does not belong there.
    pub(crate) flaws: Vec<String>,
    /// The number of flaws of the index and of the files that it names, which come first.
    bundle_flaws: usize,
}

/// The maximum number of flaws in an error.
const MAX_FLAWS: usize = 10;

/// The kind of place of a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A folder.
    Bundle,
    /// A zip that also contains the bootstrap.
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
    /// Takes the settings of policies with snapshots from another folder of sources, if the folder
    /// has the sources of this bundle.
    pub(crate) fn take_settings(&mut self, sources: &SourceFolder) -> anyhow::Result<()> {
        let known = sources.settings_of(&self.index).filter(|_| !self.has_settings);
        if let Some(settings) = known {
            self.index.put_settings(settings);
            self.manifest = self.index.manifest().context("the settings of the sources")?;
            self.has_settings = true;
        }
        Ok(())
    }

    /// Reads the bundle or package at a path; `None` if the path has neither a bundle nor a zip.
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
        Deployment::of_bundle(path, files)
    }

    /// Creates a bundle from the files at a path.
    pub(crate) fn of_bundle(path: &Path, files: StoredFiles) -> anyhow::Result<Deployment> {
        let flaws = flaws(&files);
        Deployment::new(Kind::Bundle, path, files, None, (flaws, Vec::new()))
    }

    fn in_zip(path: &Path) -> anyhow::Result<Deployment> {
        let name = path.display();
        let file = open_regular_file(path, MAX_PACKAGE)
            .with_context(|| format!("cannot read `{name}`"))?;
        let package =
            Package::read(file).with_context(|| format!("`{name}` is not a deployment package"))?;
        Deployment::of_package(path, package)
    }

    /// Creates a package from the zip at a path.
    pub(crate) fn of_package(path: &Path, package: Package) -> anyhow::Result<Deployment> {
        let mut of_bundle = flaws(&package.bundle);
        // Another program may find another bundle in it.
        of_bundle.extend(package.flaws);
        let flaws = (of_bundle, package.bootstrap_flaws);
        Deployment::new(Kind::Package, path, package.bundle, package.bootstrap, flaws)
    }

    fn new(
        kind: Kind,
        path: &Path,
        files: StoredFiles,
        bootstrap: Option<Vec<u8>>,
        (mut flaws, others): (Vec<String>, Vec<String>),
    ) -> anyhow::Result<Deployment> {
        let name = path.display();
        let sources = SourceFolder::beside(path);
        let known = index(&files, &sources);
        let Known { index, has_settings } = known.map_err(|reason| {
            // Without an index there is no report, so the flaws are part of the error.
            let flaws = flaws.iter().chain(&others).take(MAX_FLAWS);
            let flaws: String = flaws.map(|flaw| format!("; {flaw}")).collect();
            anyhow!("`{name}`: {INDEX}: {reason}{flaws}")
        })?;
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
            digest: Digest::new(files[INDEX].text().unwrap_or_default()),
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

/// Returns the manifest for a path on the command line: for a bundle or a package, the manifest of
/// its sources, which must be complete; any other path stays as it is.
pub(crate) fn manifest_behind(path: &Path) -> anyhow::Result<PathBuf> {
    let Some(deployment) = Deployment::at(path)? else { return Ok(path.to_owned()) };
    let name = path.display();
    // The policies can be examined even if the bootstrap has another version.
    if let Some(flaw) = deployment.flaws[..deployment.bundle_flaws].first() {
        bail!("`{name}`: {flaw}: `admit inspect {name}` lists all flaws");
    }
    deployment.sources.manifest_of(&deployment.index).with_context(|| {
        format!("`{name}` holds native code alone, and it is its sources that are looked at")
    })
}
