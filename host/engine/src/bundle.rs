//! A policy set on disk, compiled ahead of time: `bundle.json` and one file for each
//! distinct component, or for each policy that was configured when it was bundled.

use crate::code_file::Code;
use crate::code_hash::CodeHash;
use crate::config::WASMTIME_VERSION;
use crate::digest::Digest;
use crate::engine::{Engine, Unloaded};
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

/// The name of the file that says what the components of a bundle are, for whoever inspects it.
/// The function never reads it.
pub const ABOUT: &str = "about.json";

/// The largest index that is read; settings are part of it.
const MAX_INDEX: u64 = 64 << 20;

/// The largest compiled file that is read, in bytes; a Python policy has 35 MiB.
pub const MAX_COMPILED: u64 = 64 << 20;

/// The layout that this host reads and writes.
const FORMAT: u32 = 3;

/// What a host says that it can load, in its binary and in its log. Compiled code is bound to
/// the version of wasmtime to the patch.
pub const HOST: &str = "admit bundle format 3, wasmtime 48.0.8";

/// What is in a bundle.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Index {
    format: u32,
    /// The version of wasmtime that compiled it.
    pub engine: String,
    /// The kind of machine that it was compiled for.
    pub target: Target,
    /// What tells these policies from others, however they are compiled: see
    /// [`policy_set_digest`].
    pub policy_set: Digest,
    /// The manifest with every default spelled out, without the settings of those policies that
    /// were configured when the bundle was made.
    manifest: RawManifest,
    /// The components, by the names that the manifest gives them.
    pub components: BTreeMap<String, Entry>,
    /// The policies that were configured when the bundle was made.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub configured: BTreeMap<PolicyId, ConfiguredPolicy>,
    /// The digest of the file that says what they are, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Digest>,
}

/// One component of a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Entry {
    /// The digest of the component that was compiled.
    pub source: Digest,
    /// The checksum of the compiled file; none where every policy of this component has one of
    /// its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compiled: Option<CodeHash>,
}

/// A policy that starts from what `configure` left when the bundle was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConfiguredPolicy {
    /// The checksum of its compiled file.
    pub compiled: CodeHash,
    /// Units of fuel that were used until then.
    pub fuel: u64,
    /// The digest of the settings by which it was configured.
    pub settings: Digest,
}

/// Why a bundle cannot be read at all.
#[derive(Debug, Error)]
pub enum BundleError {
    /// The index cannot be read.
    #[error("cannot read the bundle's index `{}`: {error}", .path.display())]
    Read {
        /// The index.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The index is not what `admit bundle` wrote.
    #[error("`{}` is not as `admit bundle` wrote it: {reason}", .path.display())]
    Index {
        /// The index.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Nothing would decide.
    #[error(
        "`{}` names no policy, so that every sign-up would be admitted; if that is wanted, say \
         `when-no-policy-applies = \"admit\"` in the manifest and bundle it again",
        .path.display()
    )]
    NoPolicy {
        /// The index.
        path: PathBuf,
    },
    /// The manifest inside is not valid.
    #[error("`{}`: the manifest inside: {problem}", .path.display())]
    Manifest {
        /// The index.
        path: PathBuf,
        /// What is wrong.
        problem: Problem,
    },
}

/// The index as it is written: its digest, then itself.
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
    /// The index of a bundle of these components.
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

    /// The manifest inside.
    pub fn manifest(&self) -> Result<Manifest, Problem> {
        Manifest::try_from(self.manifest.clone())
    }

    /// Checks that the digest of the policy set is that of the manifest inside, of the components
    /// and of the settings by which policies were configured. An error says what is wrong.
    pub fn check_policy_set(&self, manifest: &Manifest) -> Result<(), String> {
        let source = |name: &str| self.components.get(name).map(|entry| entry.source);
        let settings = |id: &PolicyId| self.configured.get(id).map(|policy| policy.settings);
        let is = policy_set_digest(manifest.clone(), source, settings);
        match is == self.policy_set {
            true => Ok(()),
            false => Err(format!("its policy set is {is}, and it says {}", self.policy_set)),
        }
    }

    /// Takes the settings of configured policies out of the manifest, by their ids.
    pub fn take_settings(&mut self) -> BTreeMap<PolicyId, Settings> {
        let configured = &self.configured;
        self.manifest.take_settings(|id| configured.contains_key(id))
    }

    /// Puts settings back into the manifest, by the ids of their policies.
    pub fn put_settings(&mut self, settings: BTreeMap<PolicyId, Settings>) {
        self.manifest.put_settings(settings);
    }

    /// The names of all compiled files, with their checksums.
    pub fn compiled(&self) -> BTreeMap<String, CodeHash> {
        let components = self.components.values().filter_map(|entry| entry.compiled);
        let configured = self.configured.values().map(|policy| policy.compiled);
        let all = components.chain(configured);
        all.map(|compiled| (file_name(compiled), compiled)).collect()
    }

    /// The text of the index, sealed with its digest.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        let bundle = serde_json::to_string_pretty(self)?;
        Ok(seal(&bundle))
    }

    /// Reads what [`Index::to_text`] wrote, to the byte. An error says what is wrong.
    pub fn from_text(text: &str) -> Result<Index, String> {
        let sealed: Sealed<'_> = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let bundle = sealed.bundle.get();
        // Byte for byte, so that no bit of the file is free to change.
        if Digest::of(bundle.as_bytes()) != sealed.digest || seal(bundle) != text {
            return Err("its digest does not match its content".to_owned());
        }
        // First, since what another format means by the rest is not known.
        let Format { format } = serde_json::from_str(bundle).map_err(|error| error.to_string())?;
        if format != FORMAT {
            return Err(format!("its format is {format}, and this host reads {FORMAT}"));
        }
        serde_json::from_str(bundle).map_err(|error| error.to_string())
    }
}

/// The name of a compiled file, which follows from its content.
pub fn file_name(compiled: CodeHash) -> String {
    format!("{}.cwasm", compiled.hex())
}

/// Reads a bundle and gets its policies ready to decide. Returns them with the digest of
/// the index, which tells one bundle from another.
///
/// Only an index that cannot be read is an error. A compiled file that is missing,
/// corrupt or made for another host is a failure of the policies that need it. It is read when
/// the first of them applies.
pub fn load(
    engine: impl Into<Arc<Engine>>,
    folder: &Path,
) -> Result<(PolicySet, Digest), BundleError> {
    let path = folder.join(INDEX);
    let text = read_regular_file(&path, MAX_INDEX)
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
    let refusal = is_for_another_host(&version, target);
    let mut files: HashMap<CodeHash, LazyComponent> = HashMap::new();
    let shelf = LoadedPool::of_this_process();
    let policies = PolicySet::new(engine, manifest, |engine, policy: &Policy| {
        let Some(entry) = components.get(&policy.component) else {
            let reason = format!("the bundle has no component `{}`", policy.component);
            return Loaded::from(Err(not_loaded(&reason)));
        };
        let configured = configured.get(&policy.id);
        let component =
            match (configured.map(|policy| policy.compiled).or(entry.compiled), &refusal) {
                (_, Some(refusal)) => Err(not_loaded(refusal)).into(),
                (None, None) => {
                    let component = &policy.component;
                    Err(not_loaded(&format!("the bundle has no compiled `{component}`"))).into()
                }
                (Some(compiled), None) => files
                    .entry(compiled)
                    .or_insert_with(|| component(engine, &shelf, folder, compiled))
                    .clone(),
            };
        Loaded {
            digest: Some(entry.source),
            component,
            snapshot: configured.map(|policy| Snapshot { fuel: policy.fuel }),
        }
    });
    Ok((policies.with_digest(policy_set), Digest::of(text.as_bytes())))
}

/// Why code that was compiled like this cannot run here, if it cannot.
fn is_for_another_host(version: &str, target: Target) -> Option<String> {
    let is_for_another = version != WASMTIME_VERSION || Some(target) != Target::HERE;
    let here = std::env::consts::ARCH;
    is_for_another.then(|| {
        format!(
            "compiled by wasmtime {version} for {target}; this host is wasmtime \
             {WASMTIME_VERSION} on {here}"
        )
    })
}

/// A compiled file, to be loaded when it is needed; that there is none is seen at once.
fn component(
    engine: &Arc<Engine>,
    shelf: &Arc<LoadedPool>,
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
    LazyComponent::new(shelf, move || {
        let (code, code_hash) = Code::read(&path, MAX_COMPILED).map_err(|error| {
            let lasts = matches!(error.kind(), ErrorKind::NotFound | ErrorKind::FileTooLarge);
            let failure = unreadable(&name, error);
            if lasts { LoadError::Lasting(failure) } else { LoadError::Passing(failure) }
        })?;
        // Of the very bytes that are loaded below: loading is not validation.
        if code_hash != compiled {
            let reason = format!("`{name}` does not match its checksum");
            return Err(LoadError::Lasting(not_loaded(&reason)));
        }
        match engine.load_compiled(&code) {
            Ok(component) => Ok(LoadedCode { component, bytes: code.held() }),
            Err(Unloaded::InvalidComponent(refused)) => {
                Err(LoadError::Lasting(not_loaded(&format!("`{name}`: {refused}"))))
            }
            Err(Unloaded::System(error)) => {
                Err(LoadError::Passing(not_loaded(&format!("`{name}`: {error}"))))
            }
        }
    })
}

/// A failure that names no more than a line has room for: names in a bundle or a component
/// can have any length.
fn not_loaded(reason: &str) -> Failure {
    const MAX_CHARACTERS: usize = 500;
    Failure::NotLoaded(printable(reason, MAX_CHARACTERS))
}

fn seal(bundle: &str) -> String {
    format!("{{\"digest\": \"{}\",\n\"bundle\": {bundle}}}\n", Digest::of(bundle.as_bytes()))
}
