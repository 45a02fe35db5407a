//! What cases are about: one policy, or a manifest.

use crate::input::{Input, inside};
use crate::policy_set::loaded_manifest::{Grants, LoadedManifest};
use admit_build::project;
use admit_core::{Log, Manifest, Mode, Policy, PolicyId, Settings};
use std::path::{Path, PathBuf};

/// What cases are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// One policy: the folder of a project, or a component.
    Policy(PathBuf),
    /// A manifest.
    Manifest(PathBuf),
}

/// Who is asked in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// One policy alone.
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

    /// The file of this name beside what it is about.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        match self {
            Subject::Policy(path) if path.is_dir() => inside(path, name),
            Subject::Policy(file) | Subject::Manifest(file) => file.with_file_name(name),
        }
    }

    /// Builds and reads what decides.
    pub(crate) fn assembly(&self) -> anyhow::Result<LoadedManifest> {
        match self {
            Subject::Policy(path) => {
                LoadedManifest::from_component(path, Grants::AskedFor, Settings::default())
            }
            Subject::Manifest(file) => LoadedManifest::from_manifest(file),
        }
    }

    /// The files that it is made from, as far as they are known without a build.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let own = match self {
            Subject::Policy(_) => None,
            Subject::Manifest(file) => Some(file.clone()),
        };
        let components = self.components();
        own.into_iter().chain(components.iter().flat_map(|path| project::files(path))).collect()
    }

    /// The components, each a file or the folder of a project.
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

    /// The files and folders on which the answers depend.
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

/// The policies that a case asks: one of them alone, or all.
pub(crate) fn asked(
    manifest: &Manifest,
    one: Option<&PolicyId>,
    settings: Option<&Settings>,
) -> Manifest {
    let mut manifest = manifest.clone();
    if let Some(id) = one {
        manifest.policies.retain(|policy| policy.id == *id);
        // What the manifest says of others is not the policy's own answer.
        manifest.when_no_policy_applies = None;
    }
    for policy in &mut manifest.policies {
        // A case is about what is said, which the log need not keep.
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

/// The ids of policies, for an error.
pub(crate) fn ids(policies: &[Policy]) -> String {
    let ids: Vec<String> = policies.iter().map(|policy| format!("`{}`", policy.id)).collect();
    ids.join(", ")
}
