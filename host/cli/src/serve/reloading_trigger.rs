//! A trigger that reloads its policies when the manifest or a component changes.

use crate::output::printer;
use crate::policy_set::compiled_cache;
use crate::policy_set::loaded_manifest::{Compiled, LoadedManifest};
use crate::process::watch::{self, Look};
use admit_build::project;
use admit_core::RawManifest;
use admit_engine::{Digest, Engine};
use admit_trigger::{Telemetry, Trigger};
use std::collections::{BTreeMap, HashSet};
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The trigger with the last policy set that could be loaded.
pub(crate) struct ReloadingTrigger {
    manifest: PathBuf,
    engine: Arc<Engine>,
    telemetry: Arc<Telemetry>,
    state: Mutex<State>,
}

struct State {
    trigger: Arc<Trigger>,
    /// The compiled components of the trigger.
    compiled: Compiled,
    /// The fingerprint of the last attempt, or `None` if the files could not be read.
    last_attempt: Option<Digest>,
}

impl ReloadingTrigger {
    /// The maximum number of concurrent decisions.
    pub(crate) const CONCURRENCY: u32 = 8;

    /// Loads a manifest. Fails if that is not possible.
    pub(crate) fn start(
        manifest: PathBuf,
        telemetry: Telemetry,
    ) -> anyhow::Result<ReloadingTrigger> {
        let engine = Arc::new(compiled_cache::engine()?);
        let telemetry = Arc::new(telemetry);
        let loaded = LoadedManifest::from_manifest(&manifest)?;
        let last_attempt = fingerprint(&loaded);
        let mut compiled = Compiled::new();
        let trigger = Arc::new(trigger(loaded, &mut compiled, &engine, &telemetry)?);
        let state = Mutex::new(State { trigger, compiled, last_attempt });
        Ok(ReloadingTrigger { manifest, engine, telemetry, state })
    }

    /// The current trigger.
    pub(crate) fn trigger(&self) -> Arc<Trigger> {
        Arc::clone(&self.state().trigger)
    }

    /// Reloads the policies on every change, until the process ends.
    pub(crate) fn reload_on_change(&self) {
        // Empty, so that a change since the start is detected at once.
        let mut seen = Look::default();
        loop {
            watch::wait(&seen, || self.places());
            // Looks before the reload, so that a change during the reload is seen afterwards.
            seen = Look::at(&self.places());
            self.reload();
        }
    }

    /// The paths of the manifest and its components, whether or not they exist.
    fn places(&self) -> Vec<PathBuf> {
        let folder = self.manifest.parent().unwrap_or(Path::new(""));
        let policies = match LoadedManifest::read_manifest(&self.manifest) {
            Ok((_, manifest)) => manifest.policies,
            Err(_) => Vec::new(),
        };
        let components =
            policies.into_iter().flat_map(|policy| project::places(&folder.join(policy.component)));
        iter::once(self.manifest.clone()).chain(components).collect()
    }

    /// Reloads the policies, and prints the result unless nothing changed. If they cannot be
    /// loaded, the previous ones stay in use.
    fn reload(&self) {
        match self.try_reload() {
            Ok(true) => printer::say(&format!("reloaded `{}`", self.manifest.display())),
            Ok(false) => {}
            Err(error) => {
                printer::say_error(&error);
                printer::say("keeping the previous policies");
            }
        }
    }

    fn try_reload(&self) -> anyhow::Result<bool> {
        // Stays `None` if the files cannot be read, so that the next attempt is never skipped.
        let before = self.state().last_attempt.take();
        let loaded = LoadedManifest::from_manifest(&self.manifest)?;
        let attempt = fingerprint(&loaded);
        self.state().last_attempt = attempt;
        if attempt.is_some() && attempt == before {
            return Ok(false);
        }
        // Cloned, so that the lock is not held while new components are compiled.
        let mut compiled = self.state().compiled.clone();
        let trigger = trigger(loaded, &mut compiled, &self.engine, &self.telemetry)?;
        let mut state = self.state();
        (state.trigger, state.compiled) = (Arc::new(trigger), compiled);
        Ok(true)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Creates a trigger, compiling only components that are not in `compiled`, and updates `compiled`
/// to its components.
fn trigger(
    loaded: LoadedManifest,
    compiled: &mut Compiled,
    engine: &Arc<Engine>,
    telemetry: &Arc<Telemetry>,
) -> anyhow::Result<Trigger> {
    loaded.check_that_it_has_policies()?;
    let digests: HashSet<Digest> =
        loaded.components.values().map(|bytes| Digest::new(bytes)).collect();
    compiled.retain(|digest, _| digests.contains(digest));
    let policies = loaded.into_policy_set_with(Arc::clone(engine), compiled)?;
    Ok(Trigger::new(policies, None, ReloadingTrigger::CONCURRENCY, Arc::clone(telemetry)))
}

/// The digest of the manifest and its components.
fn fingerprint(loaded: &LoadedManifest) -> Option<Digest> {
    let components: BTreeMap<&String, String> = loaded
        .components
        .iter()
        .map(|(name, bytes)| (name, Digest::new(bytes).to_string()))
        .collect();
    let manifest = RawManifest::from(loaded.manifest.clone());
    serde_json::to_vec(&(manifest, components)).ok().map(|text| Digest::new(&text))
}
