//! A manifest and its components, built and read, before anything is compiled.

use crate::origin::Origin;
use crate::project;
use admit_core::{
    Limits, Manifest, Mode, OnFailure, Policy, PolicyId, Power, Reads, Scope, Settings, Terms,
};
use admit_engine::{Component, Engine, PolicySet, Refused};
use anyhow::{Context, bail};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The manifest that is read where none is named.
pub(crate) const MANIFEST: &str = "admit.toml";

/// A manifest and the bytes of its components.
pub(crate) struct Assembly {
    pub(crate) origin: Origin,
    pub(crate) manifest: Manifest,
    /// By the names that the manifest gives them.
    pub(crate) components: HashMap<String, Vec<u8>>,
}

impl Assembly {
    /// Reads a manifest, builds the projects that it names, and reads the components.
    pub(crate) fn from_manifest(file: &Path) -> anyhow::Result<Assembly> {
        let name = file.display().to_string();
        let text = fs::read_to_string(file).with_context(|| match file.to_str() {
            Some(MANIFEST) => {
                format!("cannot read `{MANIFEST}` here; name another with --manifest")
            }
            _ => format!("cannot read the manifest `{name}`"),
        })?;
        let origin = Origin::Manifest { file: name.clone(), text: text.clone() };
        let manifest = Manifest::from_toml(&name, &text).map_err(|error| origin.located(error))?;
        let folder = file.parent().unwrap_or(Path::new(""));
        let mut components = HashMap::new();
        for (index, policy) in manifest.policies.iter().enumerate() {
            if !components.contains_key(&policy.component) {
                let bytes = component(&folder.join(&policy.component)).map_err(|error| {
                    origin.policy_error(index, "component", format!("{error:#}"))
                })?;
                components.insert(policy.component.clone(), bytes);
            }
        }
        Ok(Assembly { origin, manifest, components })
    }

    /// One policy that may see and decide everything, as its author tries it out.
    pub(crate) fn from_component(path: &Path, settings: Option<&str>) -> anyhow::Result<Assembly> {
        let bytes = component(path)?;
        let stem = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let id = stem.file_stem().and_then(|stem| PolicyId::new(stem.to_str()?).ok());
        let settings = match settings {
            None => Settings::default(),
            Some(json) => serde_json::from_str(json)
                .map_err(|error| error.to_string())
                .and_then(Settings::new)
                .map_err(|error| anyhow::anyhow!("--settings: expected a JSON object: {error}"))?,
        };
        let policy = Policy {
            id: id.map_or_else(|| PolicyId::new("policy"), Ok)?,
            component: path.display().to_string(),
            reads: Reads::everything(),
            terms: Terms {
                verdicts: Power::ALL.into_iter().collect(),
                mode: Mode::Enforce,
                on_failure: OnFailure::Deny,
            },
            applies_to: Scope::default(),
            limits: Limits::default(),
            settings,
        };
        Ok(Assembly {
            origin: Origin::CommandLine,
            components: HashMap::from([(policy.component.clone(), bytes)]),
            manifest: Manifest { budget: Manifest::DEFAULT_BUDGET, policies: vec![policy] },
        })
    }

    /// Compiles every component for this machine and tries out every policy's settings:
    /// what would fail on every sign-up is an error here.
    pub(crate) fn into_policy_set(self) -> anyhow::Result<PolicySet> {
        let engine = Engine::new()?;
        let components = self.checked(&engine, |bytes| engine.compile(bytes))?;
        Ok(PolicySet::new(engine, self.manifest, |_, policy| {
            let missing = || admit_core::Failure::NotLoaded("not compiled".to_owned());
            components.get(&policy.component).cloned().ok_or_else(missing)
        }))
    }

    /// Every component as `compile` gives it, after the settings were tried out on it.
    pub(crate) fn checked(
        &self,
        engine: &Engine,
        compile: impl Fn(&[u8]) -> Result<Component, Refused>,
    ) -> anyhow::Result<HashMap<String, Component>> {
        let mut compiled = HashMap::new();
        for (index, policy) in self.manifest.policies.iter().enumerate() {
            let error = |key, message| self.origin.policy_error(index, key, message);
            if !compiled.contains_key(&policy.component) {
                let component =
                    compile(&self.components[&policy.component]).map_err(|refused| {
                        error("component", format!("`{}`: {refused}", policy.component))
                    })?;
                compiled.insert(policy.component.clone(), component);
            }
            engine
                .check_settings(
                    &compiled[&policy.component],
                    &policy.limits,
                    &policy.settings.to_json(),
                )
                .map_err(|failure| {
                    error("settings", format!("policy `{}`: {failure}", policy.id))
                })?;
        }
        Ok(compiled)
    }
}

/// The bytes of a component: of a file, or of the project in a folder, which is built.
pub(crate) fn component(path: &Path) -> anyhow::Result<Vec<u8>> {
    let file: PathBuf = match fs::metadata(path) {
        Ok(found) if found.is_dir() => project::build(path)?,
        Ok(_) => path.to_owned(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            bail!(
                "no component at `{}`: name a .wasm file, or the folder of a policy project",
                path.display()
            )
        }
        Err(error) => bail!("cannot read `{}`: {error}", path.display()),
    };
    fs::read(&file).with_context(|| format!("cannot read `{}`", file.display()))
}
