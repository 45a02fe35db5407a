//! A policy set on disk, compiled ahead of time: `bundle.json`, and one compiled file for each
//! distinct component or for each policy with a snapshot.

use crate::code_file::Code;
use crate::config::WASMTIME_VERSION;
use crate::engine::{CompiledLoadError, Engine};
use crate::hash::{CodeHash, Digest};
use crate::identity::policy_set_digest;
use crate::loaded::{Code as LoadedCode, LazyComponent, LoadError, Loaded};
use crate::loaded_pool::LoadedPool;
use crate::native::Target;
use crate::policy_set::PolicySet;
use crate::regular_file::read_regular_file;
use crate::snapshot::start::Snapshot;
use admit_core::{Failure, Manifest, Policy, PolicyId, Problem, RawManifest, Settings, printable};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;

/// The name of the index of a bundle.
pub const INDEX: &str = "bundle.json";

/// The name of the file that describes the components of a bundle. The function never reads it.
pub const ABOUT: &str = "about.json";

/// The maximum size in bytes of an index, which contains the settings.
const MAX_INDEX_BYTES: u64 = 64 << 20;

/// The maximum size in bytes of a compiled file; that of a Python policy has 35 MiB.
pub const MAX_COMPILED_BYTES: u64 = 64 << 20;

/// The version of the bundle format that this host reads and writes.
const FORMAT: u32 = 3;

/// The bundles that this host can load, as stated in its binary and in its log. Compiled code
/// requires the exact version of wasmtime, including the patch version.
pub const HOST: &str = "admit bundle format 3, wasmtime 48.0.8";

/// The index of a bundle.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Index {
    format: u32,
    /// The version of wasmtime that compiled the components.
    pub engine: String,
    /// The architecture that they were compiled for.
    pub target: Target,
    /// The digest of the policy set, independent of the compiled code: see [`policy_set_digest`].
    pub policy_set: Digest,
    /// The manifest with every default spelled out, without the settings of the policies that have
    /// a snapshot.
    manifest: RawManifest,
    /// The components, by their names in the manifest.
    pub components: BTreeMap<String, Entry>,
    /// The policies that have a snapshot, taken when the bundle was created.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub configured: BTreeMap<PolicyId, ConfiguredPolicy>,
    /// The digest of the file that describes the components, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Digest>,
}

/// One component of a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Entry {
    /// The digest of the component binary.
    pub source: Digest,
    /// The hash of the compiled file; `None` if every policy of this component has a snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compiled: Option<CodeHash>,
}

/// A policy that starts from a snapshot, taken after `configure` when the bundle was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConfiguredPolicy {
    /// The hash of its compiled file.
    pub compiled: CodeHash,
    /// Units of fuel that were used before the snapshot.
    pub fuel: u64,
    /// The digest of the settings that it was configured with.
    pub settings: Digest,
}

/// The reason why a bundle cannot be loaded.
#[derive(Debug, Error)]
pub enum BundleError {
    /// The index cannot be read.
    #[error("cannot read the bundle's index `{}`: {error}", .path.display())]
    Read {
        /// The index.
        path: PathBuf,
        /// The reason.
        error: io::Error,
    },
    /// The index is not as `admit bundle` wrote it.
    #[error("`{}` is not a valid bundle index: {reason}", .path.display())]
    Index {
        /// The index.
        path: PathBuf,
        /// The error.
        reason: String,
    },
    /// The bundle has no policies and the manifest does not say that this is intended.
    #[error(
        "`{}` has no policies, so every sign-up would be admitted; if that is intended, set \
         `when-no-policy-applies = \"admit\"` in the manifest and bundle it again",
        .path.display()
    )]
    NoPolicy {
        /// The index.
        path: PathBuf,
    },
    /// The manifest in the index is invalid.
    #[error("`{}`: invalid manifest: {problem}", .path.display())]
    Manifest {
        /// The index.
        path: PathBuf,
        /// The error.
        problem: Problem,
    },
}

/// The index as written: its digest, then the index itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed<'a> {
    digest: Digest,
    #[serde(borrow)]
    bundle: &'a RawValue,
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

impl Index {
    /// Creates the index of a bundle of these components.
    pub fn new(manifest: Manifest, target: Target, components: BTreeMap<String, Entry>) -> Index {
        let source = |name: &str| components.get(name).map(|entry| entry.source);
        let policy_set = policy_set_digest(manifest.clone(), source, |_| None);
        Index {
            format: FORMAT,
            engine: WASMTIME_VERSION.to_owned(),
            target,
            policy_set,
            manifest: manifest.into(),
            components,
            configured: BTreeMap::new(),
            about: None,
        }
    }

    /// Parses the manifest in the index.
    pub fn manifest(&self) -> Result<Manifest, Problem> {
        Manifest::try_from(self.manifest.clone())
    }

    /// Checks the digest of the policy set against the manifest, the components and the settings of
    /// the snapshots.
    pub fn check_policy_set(&self, manifest: &Manifest) -> Result<(), String> {
        let source = |name: &str| self.components.get(name).map(|entry| entry.source);
        let settings = |id: &PolicyId| self.configured.get(id).map(|policy| policy.settings);
        let actual = policy_set_digest(manifest.clone(), source, settings);
        match actual == self.policy_set {
            true => Ok(()),
            false => Err(format!("its policy set is {actual}, but it states {}", self.policy_set)),
        }
    }

    /// Removes the settings of policies with a snapshot from the manifest, and returns them by
    /// policy id.
    pub fn take_settings(&mut self) -> BTreeMap<PolicyId, Settings> {
        let configured = &self.configured;
        self.manifest.take_settings(|id| configured.contains_key(id))
    }

    /// Puts back the settings that [`take_settings`](Self::take_settings) removed.
    pub fn put_settings(&mut self, settings: BTreeMap<PolicyId, Settings>) {
        self.manifest.put_settings(settings);
    }

    /// Returns the names of all compiled files with their hashes.
    pub fn compiled(&self) -> BTreeMap<String, CodeHash> {
        let components = self.components.values().filter_map(|entry| entry.compiled);
        let configured = self.configured.values().map(|policy| policy.compiled);
        let all = components.chain(configured);
        all.map(|compiled| (file_name(compiled), compiled)).collect()
    }

    /// Serializes the index, sealed with its digest.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        let bundle = serde_json::to_string_pretty(self)?;
        Ok(seal(&bundle))
    }

    /// Parses the output of [`Index::to_text`], which must match byte for byte.
    pub fn from_text(text: &str) -> Result<Index, String> {
        let sealed: Sealed<'_> = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let bundle = sealed.bundle.get();
        // Compares the whole text, so that no bit of the file can change unnoticed.
        if Digest::new(bundle.as_bytes()) != sealed.digest || seal(bundle) != text {
            return Err("its digest does not match its content".to_owned());
        }
        // Checked first, since another format may give the other members another meaning.
        let Format { format } = serde_json::from_str(bundle).map_err(|error| error.to_string())?;
        if format != FORMAT {
            return Err(format!("its format is {format}, but this host reads {FORMAT}"));
        }
        serde_json::from_str(bundle).map_err(|error| error.to_string())
    }
}

/// Returns the name of a compiled file, which is derived from its content.
pub fn file_name(compiled: CodeHash) -> String {
    format!("{}.cwasm", compiled.hex())
}

/// Loads a bundle. Returns its policy set and the digest of the index, which identifies the bundle.
///
/// Only an index that cannot be read is an error. A compiled file that is missing, corrupt or for
/// another host is a failure of the policies that need it. It is read when the first of them
/// applies.
pub fn load(
    engine: impl Into<Arc<Engine>>,
    folder: &Path,
) -> Result<(PolicySet, Digest), BundleError> {
    let path = folder.join(INDEX);
    let text = read_regular_file(&path, MAX_INDEX_BYTES)
        .and_then(|bytes| String::from_utf8(bytes).map_err(io::Error::other))
        .map_err(|error| BundleError::Read { path: path.clone(), error })?;
    let index = Index::from_text(&text)
        .map_err(|reason| BundleError::Index { path: path.clone(), reason })?;
    let manifest = index
        .manifest()
        .map_err(|problem| BundleError::Manifest { path: path.clone(), problem })?;
    index
        .check_policy_set(&manifest)
        .map_err(|reason| BundleError::Index { path: path.clone(), reason })?;
    let Index { engine: version, target, policy_set, components, configured, .. } = index;
    if manifest.policies.is_empty() && manifest.when_no_policy_applies.is_none() {
        return Err(BundleError::NoPolicy { path });
    }
    let mismatch = host_mismatch(&version, target);
    let mut files: HashMap<CodeHash, LazyComponent> = HashMap::new();
    let pool = LoadedPool::for_this_process();
    let policies = PolicySet::new(engine, manifest, |engine, policy: &Policy| {
        let Some(entry) = components.get(&policy.component) else {
            let reason = format!("the bundle has no component `{}`", policy.component);
            return Loaded::from(Err(not_loaded(&reason)));
        };
        let configured = configured.get(&policy.id);
        let component =
            match (configured.map(|policy| policy.compiled).or(entry.compiled), &mismatch) {
                (_, Some(mismatch)) => Err(not_loaded(mismatch)).into(),
                (None, None) => {
                    let component = &policy.component;
                    Err(not_loaded(&format!("the bundle has no compiled code for `{component}`")))
                        .into()
                }
                (Some(compiled), None) => files
                    .entry(compiled)
                    .or_insert_with(|| component(engine, &pool, folder, compiled))
                    .clone(),
            };
        Loaded {
            digest: Some(entry.source),
            component,
            snapshot: configured.map(|policy| Snapshot { fuel: policy.fuel }),
        }
    });
    Ok((policies.with_digest(policy_set), Digest::new(text.as_bytes())))
}

/// Returns the reason why code for this version and target cannot run here, if so.
fn host_mismatch(version: &str, target: Target) -> Option<String> {
    let is_for_another = version != WASMTIME_VERSION || Some(target) != Target::HERE;
    let here = std::env::consts::ARCH;
    is_for_another.then(|| {
        format!(
            "compiled by wasmtime {version} for {target}; this host runs wasmtime \
             {WASMTIME_VERSION} on {here}"
        )
    })
}

/// Creates a component that loads a compiled file when it is needed. A missing file is reported at
/// once.
fn component(
    engine: &Arc<Engine>,
    pool: &Arc<LoadedPool>,
    folder: &Path,
    compiled: CodeHash,
) -> LazyComponent {
    let name = file_name(compiled);
    let path = folder.join(&name);
    let unreadable = |name: &str, error| not_loaded(&format!("cannot read `{name}`: {error}"));
    if let Err(error) = fs::metadata(&path) {
        return Err(unreadable(&name, error)).into();
    }
    let engine = Arc::clone(engine);
    LazyComponent::new(pool, move || {
        let (code, code_hash) = Code::read(&path, MAX_COMPILED_BYTES).map_err(|error| {
            let is_permanent =
                matches!(error.kind(), ErrorKind::NotFound | ErrorKind::FileTooLarge);
            let failure = unreadable(&name, error);
            if is_permanent { LoadError::Permanent(failure) } else { LoadError::Transient(failure) }
        })?;
        // The hash is that of the bytes loaded below: loading does not validate them.
        if code_hash != compiled {
            let reason = format!("`{name}` does not match its checksum");
            return Err(LoadError::Permanent(not_loaded(&reason)));
        }
        match engine.load_compiled(&code) {
            Ok(component) => Ok(LoadedCode { component, bytes: code.held() }),
            Err(CompiledLoadError::InvalidComponent(refused)) => {
                Err(LoadError::Permanent(not_loaded(&format!("`{name}`: {refused}"))))
            }
            Err(CompiledLoadError::System(error)) => {
                Err(LoadError::Transient(not_loaded(&format!("`{name}`: {error}"))))
            }
        }
    })
}

/// Creates a failure with a reason of bounded length, since names in a bundle or a component can
/// have any length.
fn not_loaded(reason: &str) -> Failure {
    const MAX_CHARS: usize = 500;
    Failure::NotLoaded(printable(reason, MAX_CHARS))
}

fn seal(bundle: &str) -> String {
    format!("{{\"digest\": \"{}\",\n\"bundle\": {bundle}}}\n", Digest::new(bundle.as_bytes()))
}
