//! Where a policy set comes from: a manifest, a bundle or a deployment package.

use crate::package::folder::{self, Readers};
use crate::package::function_zip::{MAX_PACKAGE, Package};
use crate::package::source_folder::SourceFolder;
use crate::policy_set::loaded_manifest::{Built, Compiled, LoadedManifest, MANIFEST};
use admit_core::{Failure, Policy};
use admit_engine::bundle::{self, INDEX, Index};
use admit_engine::{Addresses, Engine, PolicySet, Target, WASMTIME_VERSION, read_regular_file};
use anyhow::{Context, bail};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A place that holds a policy set.
#[derive(Debug, Clone)]
pub(crate) struct PolicySource {
    path: PathBuf,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// Whose policies are built and compiled.
    Manifest,
    /// A folder with native code.
    Bundle,
    /// A zip with native code.
    Package,
}

/// What several policy sets have in common: it is built and compiled once.
#[derive(Default)]
pub(crate) struct Shared {
    built: Built,
    compiled: Compiled,
}

/// How long the policies of a bundle may take to accept their settings, all together.
const SETTINGS: Duration = Duration::from_secs(10);

impl PolicySource {
    /// Tells what is in a place.
    pub(crate) fn at(path: &Path) -> anyhow::Result<PolicySource> {
        let extension = path.extension().unwrap_or_default();
        let name = path.display();
        let kind = match () {
            () if path.is_dir() => match path.join(INDEX).exists() {
                true => Kind::Bundle,
                false if path.join(MANIFEST).exists() => {
                    bail!("`{name}` is no bundle; for the manifest in it name `{name}/{MANIFEST}`")
                }
                false => bail!(
                    "`{name}` is a folder without `{INDEX}`: name a manifest, the folder of a \
                     bundle, or a deployment package"
                ),
            },
            () if extension == "zip" => Kind::Package,
            () if extension == "wasm" => bail!(
                "`{name}` is one component, and no policy set: name a manifest that grants it \
                 something"
            ),
            () if !path.exists() && path != Path::new(MANIFEST) => {
                bail!("there is no `{name}`: name a manifest, a bundle or a deployment package")
            }
            () => Kind::Manifest,
        };
        Ok(PolicySource { path: path.to_owned(), kind })
    }

    /// Gets its policies ready to decide, all of them: one that cannot be asked is an error.
    ///
    /// The code of a bundle or package is native, and runs as it is. What a manifest names is
    /// compiled, unless it was before.
    pub(crate) fn policy_set(
        &self,
        engine: &Arc<Engine>,
        shared: &mut Shared,
    ) -> anyhow::Result<PolicySet> {
        match self.kind {
            Kind::Manifest => compiled(&self.path, engine, shared),
            Kind::Bundle => {
                let files = folder::read(&self.path)
                    .with_context(|| format!("cannot read `{}`", self.path.display()))?;
                match self.sources_instead(&files, engine)? {
                    Some(manifest) => compiled(&manifest, engine, shared),
                    None => self.load(&self.path, engine),
                }
            }
            Kind::Package => {
                let name = self.path.display();
                let bytes = read_regular_file(&self.path, MAX_PACKAGE)
                    .with_context(|| format!("cannot read `{name}`"))?;
                let package = Package::from_zip(&bytes)
                    .with_context(|| format!("`{name}` is no deployment package"))?;
                if let Some(twice) = package.flaws.iter().find(|flaw| flaw.ends_with(": twice")) {
                    bail!("`{name}`: {twice}: which of them counts is not known");
                }
                if !package.bundle.contains_key(INDEX) {
                    bail!("`{name}` is no deployment package: it has no `bundle/{INDEX}`");
                }
                if let Some(manifest) = self.sources_instead(&package.bundle, engine)? {
                    return compiled(&manifest, engine, shared);
                }
                let folder = tempfile::tempdir().context("cannot unpack the package")?;
                let unpacked = folder.path().join("bundle");
                let files = package.bundle.iter().filter(|(name, _)| is_plain(name));
                let files = files.map(|(name, bytes)| (name.clone(), bytes.clone())).collect();
                folder::write(&unpacked, &files, Readers::Owner)
                    .with_context(|| format!("cannot unpack `{name}`"))?;
                self.load(&unpacked, engine)
            }
        }
    }

    /// The manifest of the sources, where the code of these files cannot run here.
    fn sources_instead(
        &self,
        files: &BTreeMap<String, Vec<u8>>,
        engine: &Engine,
    ) -> anyhow::Result<Option<PathBuf>> {
        let name = self.path.display();
        let text = files.get(INDEX).map(|bytes| String::from_utf8_lossy(bytes)).unwrap_or_default();
        // Named by the place that the person named, which the folder need not be.
        let index =
            Index::from_text(&text).map_err(|reason| anyhow::anyhow!("{reason}")).with_context(
                || format!("the `{INDEX}` of `{name}` is not as `admit bundle` wrote it"),
            )?;
        if index.engine != WASMTIME_VERSION || Some(index.target) != Target::HERE {
            let here = Target::HERE.map_or_else(|| "another machine".to_owned(), |t| t.to_string());
            let manifest = SourceFolder::beside(&self.path).manifest_of(&index);
            return manifest.map(Some).with_context(|| {
                format!(
                    "`{name}` is compiled by wasmtime {} for {}, and this is wasmtime \
                     {WASMTIME_VERSION} on {here}: it is its sources that can be compared",
                    admit_core::printable(&index.engine, 40),
                    index.target,
                )
            });
        }
        if engine.addresses() == Addresses::Few {
            let manifest = SourceFolder::beside(&self.path).manifest_of(&index);
            return manifest.map(Some).with_context(|| {
                format!(
                    "the code of `{name}` takes 4 GiB of addresses for each memory of a policy, \
                     and this process may not have so many (`ulimit -v`): it is its sources that \
                     can be compared"
                )
            });
        }
        Ok(None)
    }

    fn load(&self, folder: &Path, engine: &Arc<Engine>) -> anyhow::Result<PolicySet> {
        let name = self.path.display();
        let (policies, _) = bundle::load(Arc::clone(engine), folder)
            .map_err(|error| anyhow::anyhow!("{error}"))
            .with_context(|| format!("`{name}`"))?;
        policies.load_all();
        let unloaded = policies.unloaded();
        let failing = unloaded.chain(policies.misconfigured(SETTINGS)).collect::<Vec<_>>();
        if let [(policy, failure), others @ ..] = &failing[..] {
            return Err(cannot_be_asked(&self.path, policy, failure, others.len()));
        }
        Ok(policies)
    }

    /// As the person named it.
    pub(crate) fn name(&self) -> String {
        admit_core::printable(&self.path.display().to_string(), 300)
    }
}

/// The policies of a manifest, compiled here.
fn compiled(
    manifest: &Path,
    engine: &Arc<Engine>,
    shared: &mut Shared,
) -> anyhow::Result<PolicySet> {
    let assembly = LoadedManifest::from_manifest_with(manifest, &mut shared.built)?;
    assembly.check_that_somebody_decides()?;
    assembly.into_policy_set_with(Arc::clone(engine), &mut shared.compiled)
}

/// Whether a name from a zip, which is somebody else's, stays in the folder that it is put into.
fn is_plain(name: &str) -> bool {
    name == INDEX
        || name.strip_suffix(".cwasm").is_some_and(|digest| {
            !digest.is_empty() && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}

fn cannot_be_asked(
    path: &Path,
    policy: &Policy,
    failure: &Failure,
    others: usize,
) -> anyhow::Error {
    let more = match others {
        0 => String::new(),
        1 => "; so does one more".to_owned(),
        others => format!("; so do {others} more"),
    };
    anyhow::anyhow!(
        "policy `{}` of `{}` would fail on every sign-up: {failure}{more}",
        policy.id,
        path.display()
    )
}
