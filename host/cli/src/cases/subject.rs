//! The subject of cases: a single policy, or a manifest.

use crate::input::{Input, inside};
use crate::policy_set::loaded_manifest::{Grants, LoadedManifest};
use admit_build::project;
use admit_core::{Log, Manifest, Mode, Policy, PolicyId, Settings};
use std::path::{Path, PathBuf};

/// The subject of cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A single policy: the folder of a project, or a component.
    Policy(PathBuf),
    /// The policies of a manifest.
    Manifest(PathBuf),
}

/// The policies that a case evaluates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// A single policy.
    One,
    /// All policies of a manifest.
    All,
}

impl Subject {
    /// The subject at a path: a manifest, a component, or the folder of a project or a manifest.
    pub(crate) fn at(path: &Path) -> Subject {
        match Input::detect(path) {
            Input::Manifest(file) => Subject::Manifest(file),
            _ => Subject::Policy(path.to_owned()),
        }
    }

    /// The path of a file with this name beside the subject.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        match self {
            Subject::Policy(path) if path.is_dir() => inside(path, name),
            Subject::Policy(file) | Subject::Manifest(file) => file.with_file_name(name),
        }
    }

    /// Builds and reads the policies.
    pub(crate) fn load(&self) -> anyhow::Result<LoadedManifest> {
        match self {
            Subject::Policy(path) => {
                LoadedManifest::from_component(path, Grants::AskedFor, Settings::default())
            }
            Subject::Manifest(file) => LoadedManifest::from_manifest(file),
        }
    }

    /// The files that the policies are built from, as far as known without a build.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let own = match self {
            Subject::Policy(_) => None,
            Subject::Manifest(file) => Some(file.clone()),
        };
        let components = self.components();
        own.into_iter().chain(components.iter().flat_map(|path| project::files(path))).collect()
    }

    /// The paths of the components, each a file or the folder of a project.
    pub(crate) fn components(&self) -> Vec<PathBuf> {
        match self {
            Subject::Policy(path) => vec![path.clone()],
            Subject::Manifest(file) => {
                let policies =
                    LoadedManifest::read_manifest(file).map(|(_, manifest)| manifest.policies);
                let policies = policies.into_iter().flatten();
                policies.map(|policy| file.with_file_name(policy.component)).collect()
            }
        }
    }

    /// The files and folders to watch for changes.
    pub(crate) fn places(&self) -> Vec<PathBuf> {
        match self {
            Subject::Policy(path) => project::places(path),
            Subject::Manifest(file) => {
                let components = self.components();
                let components = components.iter().flat_map(|path| project::places(path));
                std::iter::once(file.clone()).chain(components).collect()
            }
        }
    }
}

/// The manifest for a case: with a single policy, or with all of them.
pub(crate) fn manifest_for(
    manifest: &Manifest,
    one: Option<&PolicyId>,
    settings: Option<&Settings>,
) -> Manifest {
    let mut manifest = manifest.clone();
    if let Some(id) = one {
        manifest.policies.retain(|policy| policy.id == *id);
        // A single policy is tested by itself, without the manifest's default.
        manifest.when_no_policy_applies = None;
    }
    for policy in &mut manifest.policies {
        // A failed case shows the notes, even if the manifest discards them.
        policy.log = Log::Record;
        if one.is_some() {
            policy.terms.mode = Mode::Enforce;
        }
        if let Some(settings) = settings {
            policy.settings = settings.clone();
        }
    }
    manifest
}

/// The ids of policies, for an error message.
pub(crate) fn ids(policies: &[Policy]) -> String {
    let ids: Vec<String> = policies.iter().map(|policy| format!("`{}`", policy.id)).collect();
    ids.join(", ")
}
