//! A policy set on disk, compiled ahead of time: `bundle.json` and one file for each
//! distinct component.

use crate::Digest;
use crate::engine::{Component, Engine, WASMTIME_VERSION};
use crate::native::Target;
use crate::policy_set::{Loaded, PolicySet};
use crate::regular_file::read_regular_file;
use admit_core::{Failure, Manifest, Policy, Problem, RawManifest, printable};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;

/// The name of the index of a bundle.
pub const INDEX: &str = "bundle.json";

/// The name of the file that says what the components of a bundle are, for whoever inspects it.
/// The function never reads it.
pub const ABOUT: &str = "about.json";

/// The largest index that is read; settings are part of it.
const MOST_INDEX: u64 = 64 << 20;

/// The largest compiled file that is read, in bytes; a Python policy has 35 MiB.
pub const MOST_COMPILED: u64 = 64 << 20;

/// The layout that this host reads and writes.
const FORMAT: u32 = 1;

/// What a host says that it can load, in its binary and in its log. Compiled code is bound to
/// the version of wasmtime to the patch.
pub const HOST: &str = "admit bundle format 1, wasmtime 48.0.8";

/// What is in a bundle.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Index {
    format: u32,
    /// The version of wasmtime that compiled it.
    pub engine: String,
    /// The kind of machine that it was compiled for.
    pub target: Target,
    /// The manifest with every default spelled out.
    manifest: RawManifest,
    /// The components, by the names that the manifest gives them.
    pub components: BTreeMap<String, Entry>,
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
    /// The digest of the compiled file.
    pub compiled: Digest,
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

impl Index {
    /// The index of a bundle of these components.
    pub fn new(manifest: Manifest, target: Target, components: BTreeMap<String, Entry>) -> Index {
        Index {
            format: FORMAT,
            engine: WASMTIME_VERSION.to_owned(),
            target,
            manifest: manifest.into(),
            components,
            about: None,
        }
    }

    /// The manifest inside.
    pub fn manifest(&self) -> Result<Manifest, Problem> {
        Manifest::try_from(self.manifest.clone())
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
        let index: Index = serde_json::from_str(bundle).map_err(|error| error.to_string())?;
        if index.format != FORMAT {
            return Err(format!("its format is {}, and this host reads {FORMAT}", index.format));
        }
        Ok(index)
    }
}

impl Entry {
    /// The name of the compiled file, which follows from its content.
    pub fn file_name(&self) -> String {
        format!("{}.cwasm", self.compiled.hex())
    }
}

/// Reads a bundle and gets its policies ready to decide. Returns them with the digest of
/// the index, which tells one bundle from another.
///
/// Only an index that cannot be read is an error. A compiled file that is missing,
/// corrupt or made for another host is a failure of the policies that need it.
pub fn load(
    engine: impl Into<Arc<Engine>>,
    folder: &Path,
) -> Result<(PolicySet, Digest), BundleError> {
    let path = folder.join(INDEX);
    let text = read_regular_file(&path, MOST_INDEX)
        .and_then(|bytes| String::from_utf8(bytes).map_err(io::Error::other))
        .map_err(|error| BundleError::Read { path: path.clone(), error })?;
    let index = Index::from_text(&text)
        .map_err(|reason| BundleError::Index { path: path.clone(), reason })?;
    let mut loaded = HashMap::new();
    let Index { engine: version, target, manifest, components, .. } = index;
    let manifest =
        Manifest::try_from(manifest).map_err(|problem| BundleError::Manifest { path, problem })?;
    let made_for = MadeFor { version, target };
    let policies = PolicySet::new(engine, manifest, |engine, policy: &Policy| {
        let Some(entry) = components.get(&policy.component) else {
            let reason = format!("the bundle has no component `{}`", policy.component);
            return Loaded::from(Err(not_loaded(&reason)));
        };
        let component = loaded
            .entry(entry.compiled)
            .or_insert_with(|| component(engine, folder, entry, &made_for))
            .clone();
        Loaded { digest: Some(entry.source), component }
    });
    Ok((policies, Digest::of(text.as_bytes())))
}

struct MadeFor {
    version: String,
    target: Target,
}

fn component(
    engine: &Engine,
    folder: &Path,
    entry: &Entry,
    made_for: &MadeFor,
) -> Result<Component, Failure> {
    let file = entry.file_name();
    if made_for.version != WASMTIME_VERSION || Some(made_for.target) != Target::HERE {
        return Err(not_loaded(&format!(
            "compiled by wasmtime {} for {}; this host is wasmtime {WASMTIME_VERSION} on {}",
            made_for.version,
            made_for.target,
            std::env::consts::ARCH,
        )));
    }
    let bytes = read_regular_file(&folder.join(&file), MOST_COMPILED)
        .map_err(|error| not_loaded(&format!("cannot read `{file}`: {error}")))?;
    // Of the very bytes that are loaded below: loading is not validation.
    if Digest::of(&bytes) != entry.compiled {
        return Err(not_loaded(&format!("`{file}` does not match its digest")));
    }
    engine.admit_compiled(&bytes).map_err(|refused| not_loaded(&format!("`{file}`: {refused}")))
}

/// A failure that names no more than a line has room for: names in a bundle or a component
/// can have any length.
fn not_loaded(reason: &str) -> Failure {
    const CHARACTERS: usize = 500;
    Failure::NotLoaded(printable(reason, CHARACTERS))
}

fn seal(bundle: &str) -> String {
    format!("{{\"digest\": \"{}\",\n\"bundle\": {bundle}}}\n", Digest::of(bundle.as_bytes()))
}
