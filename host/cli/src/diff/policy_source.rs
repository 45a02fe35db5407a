//! The source of a policy set: a manifest, a bundle or a deployment package.

use crate::input::Input;
use crate::package::folder;
use crate::package::source_folder::SourceFolder;
use crate::policy_set::loaded_manifest::{Built, Compiled, LoadedManifest, MANIFEST};
use admit_core::{Failure, Policy};
use admit_engine::bundle::{self, INDEX};
use admit_engine::{Addresses, Engine, PolicySet, Target, WASMTIME_VERSION, open_regular_file};
use admit_package::{MAX_PACKAGE, Package, StoredFiles, flaws, read_index};
use anyhow::{Context, bail};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The source of a policy set.
#[derive(Debug, Clone)]
pub(crate) struct PolicySource {
    path: PathBuf,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// A manifest, whose policies are built and compiled.
    Manifest,
    /// A folder with native code.
    Bundle,
    /// A zip with native code.
    Package,
}

/// Components that several policy sets share, and that are built and compiled once.
#[derive(Default)]
pub(crate) struct Shared {
    built: Built,
    compiled: Compiled,
}

/// The time limit for configuring all policies of a bundle.
const CONFIGURE_TIMEOUT: Duration = Duration::from_secs(10);

impl PolicySource {
    /// Detects the kind of policy set at a path.
    pub(crate) fn at(path: &Path) -> anyhow::Result<PolicySource> {
        let name = path.display();
        let kind = match Input::detect(path) {
            Input::Bundle(_) => Kind::Bundle,
            Input::Package(_) => Kind::Package,
            Input::Manifest(_) if path.is_dir() => {
                bail!("`{name}` is not a bundle; for its manifest, specify `{name}/{MANIFEST}`")
            }
            Input::Project(_) => bail!(
                "`{name}` is not a bundle (`{INDEX}` not found): expected a manifest, the folder of \
                 a bundle, or a deployment package"
            ),
            Input::Component(_) => bail!(
                "`{name}` is a component, not a policy set: specify a manifest that contains it"
            ),
            Input::Manifest(_) if !path.exists() && path != Path::new(MANIFEST) => {
                bail!("`{name}` not found: expected a manifest, a bundle or a deployment package")
            }
            Input::Manifest(_) => Kind::Manifest,
        };
        Ok(PolicySource { path: path.to_owned(), kind })
    }

    /// Loads and configures all policies, each of which must succeed.
    ///
    /// The code of a bundle or package is native, and runs unchanged. The components of a manifest
    /// are compiled, or taken from the cache.
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
                match self.sources_instead(&files, &[], engine)? {
                    Some(manifest) => compiled(&manifest, engine, shared),
                    None => self.load(&self.path, engine),
                }
            }
            Kind::Package => {
                let name = self.path.display();
                let open = || {
                    open_regular_file(&self.path, MAX_PACKAGE)
                        .with_context(|| format!("cannot read `{name}`"))
                };
                let package = Package::read(open()?)
                    .with_context(|| format!("`{name}` is not a deployment package"))?;
                if !package.bundle.contains_key(INDEX) {
                    bail!("`{name}` is not a deployment package: `bundle/{INDEX}` not found");
                }
                if let Some(manifest) =
                    self.sources_instead(&package.bundle, &package.flaws, engine)?
                {
                    return compiled(&manifest, engine, shared);
                }
                let folder = tempfile::tempdir().context("cannot unpack the package")?;
                Package::unpack_bundle(open()?, |name, file| {
                    // The index has the hash of each file that is loaded later.
                    if !is_plain(name) {
                        return Ok(());
                    }
                    io::copy(file, &mut File::create(folder.path().join(name))?).map(|_| ())
                })
                .with_context(|| format!("cannot unpack `{name}`"))?;
                self.load(folder.path(), engine)
            }
        }
    }

    /// The manifest of the sources, if the code of these files cannot run on this machine. The files
    /// and the zip around them must not have flaws.
    fn sources_instead(
        &self,
        files: &StoredFiles,
        zip_flaws: &[String],
        engine: &Engine,
    ) -> anyhow::Result<Option<PathBuf>> {
        let name = self.path.display();
        // Messages have the path on the command line, not that of a temporary folder.
        let index = read_index(files)
            .map_err(|reason| anyhow::anyhow!("{reason}"))
            .with_context(|| format!("`{INDEX}` of `{name}` was not written by `admit bundle`"))?;
        if let Some(flaw) = zip_flaws.iter().chain(&flaws(files)).next() {
            bail!("`{name}`: {flaw}: `admit inspect {name}` lists all flaws");
        }
        if index.engine != WASMTIME_VERSION || Some(index.target) != Target::HERE {
            let here = Target::HERE.map_or_else(|| "another machine".to_owned(), |t| t.to_string());
            let manifest = SourceFolder::beside(&self.path).manifest_of(&index);
            return manifest.map(Some).with_context(|| {
                format!(
                    "`{name}` was compiled with wasmtime {} for {}, but this is wasmtime \
                     {WASMTIME_VERSION} on {here}: only its sources can be compared",
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
                     and this process may not reserve as many (`ulimit -v`): only its sources can be \
                     compared"
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
        let failing = unloaded.chain(policies.misconfigured(CONFIGURE_TIMEOUT)).collect::<Vec<_>>();
        if let [(policy, failure), others @ ..] = &failing[..] {
            return Err(failing_policy(&self.path, policy, failure, others.len()));
        }
        Ok(policies)
    }

    /// The path on the command line, as printable text.
    pub(crate) fn name(&self) -> String {
        admit_core::printable(&self.path.display().to_string(), 300)
    }
}

/// Compiles the policies of a manifest.
fn compiled(
    manifest: &Path,
    engine: &Arc<Engine>,
    shared: &mut Shared,
) -> anyhow::Result<PolicySet> {
    let loaded = LoadedManifest::from_manifest_with(manifest, &mut shared.built)?;
    loaded.check_that_it_has_policies()?;
    loaded.into_policy_set_with(Arc::clone(engine), &mut shared.compiled)
}

/// Whether a name from an untrusted zip is that of a file of a bundle, and so stays in its folder.
fn is_plain(name: &str) -> bool {
    name == INDEX
        || name.strip_suffix(".cwasm").is_some_and(|digest| {
            !digest.is_empty() && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}

fn failing_policy(path: &Path, policy: &Policy, failure: &Failure, others: usize) -> anyhow::Error {
    let more = match others {
        0 => String::new(),
        1 => "; so would 1 more policy".to_owned(),
        others => format!("; so would {others} more policies"),
    };
    anyhow::anyhow!(
        "policy `{}` of `{}` would fail on every sign-up: {failure}{more}",
        policy.id,
        path.display()
    )
}
