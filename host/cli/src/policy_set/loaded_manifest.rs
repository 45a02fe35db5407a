//! A manifest and its components, built and read, before anything is compiled.

use crate::policy_set::json_place::{self, Place};
use crate::policy_set::origin::Origin;
use crate::policy_set::remedy::remedy;
use crate::process::parallel;
use admit_build::project;
use admit_build::source::Source;
use admit_cognito::check_scope;
use admit_component::ComponentInfo;
use admit_core::{
    Failure, FailureKind, KeyPath, Limits, Log, Lookup, LookupName, Manifest, Mode, OnFailure,
    Permission, Policy, PolicyId, Reads, Record, Scope, Settings, Terms,
};
use admit_engine::{
    Component, Digest, Engine, InvalidComponent, Loaded, PolicySet, policy_set_digest,
    read_regular_file,
};
use anyhow::{Context, bail};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The largest component that is read. A Python policy has 18 MiB.
pub(crate) const MAX_COMPONENT: u64 = 64 << 20;

/// The manifest that is read by default.
pub(crate) const MANIFEST: &str = "admit.toml";

/// A manifest and the bytes of its components.
pub(crate) struct LoadedManifest {
    pub(crate) origin: Origin,
    pub(crate) manifest: Manifest,
    /// The bytes by the names in the manifest.
    pub(crate) components: HashMap<String, Vec<u8>>,
}

/// The bytes of components by the files or folders that they come from.
pub(crate) type Built = HashMap<PathBuf, Vec<u8>>;

/// Components by the digests of their bytes, compiled for one engine.
pub(crate) type Compiled = HashMap<Digest, Component>;

/// The errors of components that cannot be compiled, by the same digests.
type Refused = HashMap<Digest, InvalidComponent>;

/// What a policy without a manifest may see and decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grants {
    /// Everything.
    Everything,
    /// What its metadata requests, or everything if it has none.
    AskedFor,
}

impl LoadedManifest {
    /// Reads a manifest, builds the projects that it names, and reads the components.
    pub(crate) fn from_manifest(file: &Path) -> anyhow::Result<LoadedManifest> {
        LoadedManifest::from_manifest_with(file, &mut Built::new())
    }

    /// The same, but does not build or read again what is in `built`.
    pub(crate) fn from_manifest_with(
        file: &Path,
        built: &mut Built,
    ) -> anyhow::Result<LoadedManifest> {
        let (origin, manifest) = LoadedManifest::read_manifest(file)?;
        let folder = file.parent().unwrap_or(Path::new(""));
        let mut components = HashMap::new();
        for (index, policy) in manifest.policies.iter().enumerate() {
            if !components.contains_key(&policy.component) {
                let path = folder.join(&policy.component);
                let known = path.canonicalize().unwrap_or_else(|_| path.clone());
                let bytes = match built.entry(known) {
                    Entry::Occupied(bytes) => bytes.into_mut(),
                    Entry::Vacant(new) => new.insert(component(&path).map_err(|error| {
                        origin.policy_error(index, "component", format!("{error:#}"))
                    })?),
                };
                components.insert(policy.component.clone(), bytes.clone());
            }
        }
        let loaded = LoadedManifest { origin, manifest, components };
        loaded.warn_of_unknown_triggers();
        Ok(loaded)
    }

    /// Reads a manifest without its components.
    pub(crate) fn read_manifest(file: &Path) -> anyhow::Result<(Origin, Manifest)> {
        let source = Source::read(file).with_context(|| match file.to_str() {
            Some(MANIFEST) if !file.exists() => {
                format!("cannot read `{MANIFEST}` here; name another with --manifest")
            }
            _ => format!("cannot read the manifest `{}`", file.display()),
        })?;
        let manifest = Manifest::from_toml(&source.file, &source.text)
            .map_err(|error| source.located(error))?;
        for (index, policy) in manifest.policies.iter().enumerate() {
            check_scope(&policy.applies_to).map_err(|problem| {
                let key = KeyPath::policy(index).key("applies-to").join(problem.key);
                source.error(&key, problem.message)
            })?;
        }
        Ok((Origin::Manifest(source), manifest))
    }

    /// Refuses to serve or deploy a manifest without policies.
    pub(crate) fn check_that_it_has_policies(&self) -> anyhow::Result<()> {
        match (&self.origin, self.manifest.policies.is_empty()) {
            (Origin::Manifest(source), true) if self.manifest.when_no_policy_applies.is_none() => {
                bail!(
                    "`{}` names no policy: every sign-up would be admitted; if that is wanted, say \
                     `when-no-policy-applies = \"admit\"`",
                    source.file
                )
            }
            _ => Ok(()),
        }
    }

    /// Loads one policy without a manifest, as its author tries it out.
    pub(crate) fn from_component(
        path: &Path,
        grants: Grants,
        settings: Settings,
    ) -> anyhow::Result<LoadedManifest> {
        let bytes = component(path)?;
        let metadata = match grants {
            Grants::Everything => None,
            Grants::AskedFor => ComponentInfo::parse(&bytes)?.metadata.and_then(Result::ok),
        };
        let requested = match &metadata {
            Some(metadata) => metadata.facts.clone(),
            // Bytes that cannot be parsed have a better error when they are compiled.
            None => {
                let info = ComponentInfo::parse(&bytes).ok();
                let metadata = info.and_then(|info| info.metadata).and_then(Result::ok);
                metadata.map(|metadata| metadata.facts).unwrap_or_default()
            }
        };
        let mut policy = alone(path, settings)?;
        if let Some(metadata) = metadata {
            policy.reads = metadata.reads;
            policy.terms.verdicts = metadata.verdicts;
        }
        let mut lookups = BTreeMap::new();
        for (role, kind) in requested {
            let name = LookupName::new(role.as_str())?;
            lookups.insert(name.clone(), Lookup::unbound(kind));
            policy.facts.insert(role, name);
        }
        Ok(LoadedManifest {
            origin: Origin::CommandLine,
            components: HashMap::from([(policy.component.clone(), bytes)]),
            manifest: Manifest {
                budget: Manifest::DEFAULT_BUDGET,
                when_no_policy_applies: None,
                record: Record::default(),
                lookups,
                policies: vec![policy],
            },
        })
    }

    /// Compiles every component for this machine and configures every policy: what would fail on
    /// every sign-up is an error here.
    pub(crate) fn into_policy_set(self, engine: Arc<Engine>) -> anyhow::Result<PolicySet> {
        self.policy_set(engine, &mut Compiled::new())
    }

    /// The same, but does not compile again what is in `components`.
    pub(crate) fn into_policy_set_with(
        self,
        engine: Arc<Engine>,
        components: &mut Compiled,
    ) -> anyhow::Result<PolicySet> {
        self.policy_set(engine, components)
    }

    /// The same, without consuming the manifest.
    pub(crate) fn policy_set(
        &self,
        engine: Arc<Engine>,
        components: &mut Compiled,
    ) -> anyhow::Result<PolicySet> {
        self.check_with(&engine, components)?;
        let policies = PolicySet::new(engine, self.manifest.clone(), |_, policy| {
            let missing = || Failure::NotLoaded("not compiled".to_owned());
            let digest = self.source(&policy.component);
            let component = digest.and_then(|digest| components.get(&digest));
            Loaded::new(digest, component.cloned().ok_or_else(missing))
        });
        Ok(policies.with_digest(self.digest()))
    }

    /// The digest of everything that affects decisions.
    pub(crate) fn digest(&self) -> Digest {
        policy_set_digest(self.manifest.clone(), |name| self.source(name), |_| None)
    }

    /// The digest of a component.
    fn source(&self, name: &str) -> Option<Digest> {
        self.components.get(name).map(|bytes| Digest::new(bytes))
    }

    /// Compiles every distinct component for this machine, and configures every policy.
    pub(crate) fn checked(&self, engine: &Engine) -> anyhow::Result<Compiled> {
        let mut compiled = Compiled::new();
        self.check_with(engine, &mut compiled)?;
        Ok(compiled)
    }

    fn check_with(&self, engine: &Engine, compiled: &mut Compiled) -> anyhow::Result<()> {
        let refused_components = self.compile_ahead(engine, compiled);
        for (index, policy) in self.manifest.policies.iter().enumerate() {
            let Policy { id, limits, settings, .. } = policy;
            let error = |key, message| self.origin.policy_error(index, key, message);
            let (_, component) = self.component(index, compiled, &refused_components)?;
            let settings = settings.to_json();
            engine.check_settings(component, limits, &settings).map_err(|failure| {
                let path = self.origin.settings(index);
                if let Some((place, words)) = refused(&failure, &settings, path) {
                    let failure = Failure::SettingsRefused(words);
                    let message = format!("policy `{id}`: {failure}");
                    return self.origin.settings_error(&place, message);
                }
                let mut message = format!("policy `{id}`: {failure}");
                if let Some(remedy) = remedy(&failure) {
                    message = format!("{message}; {remedy}");
                }
                error(key_of(&failure), message)
            })?;
        }
        Ok(())
    }

    /// Compiles every component for this machine, and returns them by the names in the manifest.
    /// Policies are not configured.
    pub(crate) fn compiled(
        &self,
        engine: &Engine,
    ) -> anyhow::Result<HashMap<String, (Digest, Component)>> {
        let (mut compiled, mut named) = (Compiled::new(), HashMap::new());
        let refused = self.compile_ahead(engine, &mut compiled);
        for (index, policy) in self.manifest.policies.iter().enumerate() {
            let (digest, component) = self.component(index, &compiled, &refused)?;
            named.insert(policy.component.clone(), (digest, component.clone()));
        }
        Ok(named)
    }

    /// Compiles the remaining components on all cores. Returns the errors, which do not say where
    /// the manifest names the component.
    fn compile_ahead(&self, engine: &Engine, compiled: &mut Compiled) -> Refused {
        let components = self.components.values();
        let new: HashMap<Digest, &Vec<u8>> = components
            .map(|bytes| (Digest::new(bytes), bytes))
            .filter(|(digest, _)| !compiled.contains_key(digest))
            .collect();
        let new: Vec<_> = new.into_iter().collect();
        let done = parallel::map(&new, |(digest, bytes)| (*digest, engine.compile(bytes)));
        let mut all_refused = Refused::new();
        for (digest, result) in done {
            match result {
                Ok(component) => _ = compiled.insert(digest, component),
                Err(refused) => _ = all_refused.insert(digest, refused),
            }
        }
        all_refused
    }

    /// Returns the compiled component of a policy.
    fn component<'a>(
        &self,
        index: usize,
        compiled: &'a Compiled,
        all_refused: &Refused,
    ) -> anyhow::Result<(Digest, &'a Component)> {
        let name = &self.manifest.policies[index].component;
        let error = |reason: &dyn Display| {
            self.origin.policy_error(index, "component", format!("`{name}`: {reason}"))
        };
        let digest = self.source(name).ok_or_else(|| error(&"is missing"))?;
        match (compiled.get(&digest), all_refused.get(&digest)) {
            (Some(component), _) => Ok((digest, component)),
            (None, Some(refused)) => Err(error(refused)),
            (None, None) => Err(error(&"is not compiled")),
        }
    }

    /// Warns about triggers that Cognito is not known to send: a policy for one of these alone is
    /// never evaluated.
    fn warn_of_unknown_triggers(&self) {
        let known = |trigger: &&String| admit_cognito::TRIGGERS.contains(&trigger.as_str());
        let policies = self.manifest.policies.iter().enumerate();
        let unknown = policies.filter_map(|(index, policy)| {
            Some((index, policy.applies_to.triggers.iter().find(|trigger| !known(trigger))?))
        });
        // A mistake in hundreds of places has one cause.
        for (index, trigger) in unknown.take(10) {
            let known = admit_cognito::TRIGGERS.join("`, `");
            let message = format!(
                "`{trigger}` is not a known trigger, so this policy may never be evaluated; the known \
                 triggers are `{known}`"
            );
            self.origin.warn(index, "applies-to.triggers", message);
        }
    }
}

/// A policy without a manifest, named after its file, which may see and decide everything.
pub(crate) fn alone(path: &Path, settings: Settings) -> anyhow::Result<Policy> {
    let stem = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let id = stem.file_stem().and_then(|stem| PolicyId::new(stem.to_str()?).ok());
    Ok(Policy {
        id: id.map_or_else(|| PolicyId::new("policy"), Ok)?,
        component: path.display().to_string(),
        reads: Reads::everything(),
        facts: BTreeMap::new(),
        terms: Terms {
            verdicts: Permission::ALL.into_iter().collect(),
            mode: Mode::Enforce,
            on_failure: OnFailure::Deny,
        },
        applies_to: Scope::default(),
        limits: Limits::default(),
        log: Log::Record,
        settings,
    })
}

/// Returns the key in the manifest that a failure to configure a policy is about.
pub(crate) fn key_of(failure: &Failure) -> &'static str {
    match failure.kind() {
        FailureKind::SettingsRefused => "settings",
        FailureKind::Deadline
        | FailureKind::Fuel
        | FailureKind::Memory
        | FailureKind::Resources => "limits",
        _ => "component",
    }
}

/// Returns where in the settings a policy found a mistake, and its message without that place.
///
/// `path` leads to the settings in the manifest. The message names a column of the JSON that the
/// policy received. The author of the manifest never saw that JSON, so the result is the key at
/// that column.
pub(crate) fn refused(failure: &Failure, settings: &str, path: KeyPath) -> Option<(Place, String)> {
    let Failure::SettingsRefused(words) = failure else { return None };
    let (words, column) = words.rsplit_once(" at line 1 column ")?;
    let place = json_place::at(settings, column.parse().ok()?, path)?;
    Some((place, words.to_owned()))
}

/// Reads a component from a file, or builds the project in a folder.
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
    read_regular_file(&file, MAX_COMPONENT)
        .with_context(|| format!("cannot read `{}`", file.display()))
}
