//! A trigger that follows its manifest and components as they change.

use crate::policy_set::compiled_cache;
use crate::policy_set::loaded_manifest::{Compiled, LoadedManifest};
use crate::process::watch::{self, Look};
use admit_build::diagnostics;
use admit_build::project;
use admit_core::RawManifest;
use admit_engine::{Digest, Engine};
use admit_trigger::{Telemetry, Trigger};
use std::collections::{BTreeMap, HashSet};
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The trigger of the last good policy set.
pub(crate) struct ReloadingTrigger {
    manifest: PathBuf,
    engine: Arc<Engine>,
    telemetry: Arc<Telemetry>,
    state: Mutex<State>,
}

struct State {
    trigger: Arc<Trigger>,
    /// The components that it is made of.
    compiled: Compiled,
    /// What was tried last, if it could be read at all.
    tried: Option<Digest>,
}

impl ReloadingTrigger {
    /// How many requests are decided at once.
    pub(crate) const CONCURRENCY: u32 = 8;

    /// Loads a manifest, which must be good to begin with.
    pub(crate) fn start(
        manifest: PathBuf,
        telemetry: Telemetry,
    ) -> anyhow::Result<ReloadingTrigger> {
        // One more, to try out settings while all others are busy.
        let engine = Arc::new(compiled_cache::engine(ReloadingTrigger::CONCURRENCY + 1)?);
        let telemetry = Arc::new(telemetry);
        let assembly = LoadedManifest::from_manifest(&manifest)?;
        let tried = fingerprint(&assembly);
        let mut compiled = Compiled::new();
        let trigger = Arc::new(trigger(assembly, &mut compiled, &engine, &telemetry)?);
        let state = Mutex::new(State { trigger, compiled, tried });
        Ok(ReloadingTrigger { manifest, engine, telemetry, state })
    }

    /// What decides now.
    pub(crate) fn trigger(&self) -> Arc<Trigger> {
        Arc::clone(&self.state().trigger)
    }

    /// Loads what is there whenever it changes, for as long as the process lives.
    pub(crate) fn follow(&self) {
        // Of nothing: what changed since the start is found at once.
        let mut seen = Look::default();
        loop {
            watch::wait(&seen, || self.places());
            // Before it is loaded: what changes meanwhile is found next.
            seen = Look::at(&self.places());
            self.reload();
        }
    }

    /// The manifest and what it names as components, be it there or not.
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

    /// Loads what is there now, and says on the terminal what came of it. What cannot be
    /// loaded changes nothing; what is as it was is not mentioned.
    #[expect(clippy::print_stderr, reason = "standard output is the log of the function")]
    fn reload(&self) {
        match self.try_reload() {
            Ok(true) => eprintln!("reloaded `{}`", self.manifest.display()),
            Ok(false) => {}
            Err(error) => {
                eprintln!(
                    "{}\nthe policies from before go on deciding",
                    diagnostics::render(&error)
                );
            }
        }
    }

    fn try_reload(&self) -> anyhow::Result<bool> {
        // Where this cannot even be read, whatever comes next is news.
        let before = self.state().tried.take();
        let assembly = LoadedManifest::from_manifest(&self.manifest)?;
        let tried = fingerprint(&assembly);
        self.state().tried = tried;
        if tried.is_some() && tried == before {
            return Ok(false);
        }
        // Not for as long as it takes to compile what is new: others decide meanwhile.
        let mut compiled = self.state().compiled.clone();
        let trigger = trigger(assembly, &mut compiled, &self.engine, &self.telemetry)?;
        let mut state = self.state();
        (state.trigger, state.compiled) = (Arc::new(trigger), compiled);
        Ok(true)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A trigger of an assembly, of which nothing is compiled that is compiled already, and all that
/// it is made of.
fn trigger(
    assembly: LoadedManifest,
    compiled: &mut Compiled,
    engine: &Arc<Engine>,
    telemetry: &Arc<Telemetry>,
) -> anyhow::Result<Trigger> {
    assembly.check_that_somebody_decides()?;
    let digests: HashSet<Digest> =
        assembly.components.values().map(|bytes| Digest::new(bytes)).collect();
    compiled.retain(|digest, _| digests.contains(digest));
    let policies = assembly.into_policy_set_with(Arc::clone(engine), compiled)?;
    Ok(Trigger::new(policies, None, ReloadingTrigger::CONCURRENCY, Arc::clone(telemetry)))
}

/// The digest of everything that decides.
fn fingerprint(assembly: &LoadedManifest) -> Option<Digest> {
    let components: BTreeMap<&String, String> = assembly
        .components
        .iter()
        .map(|(name, bytes)| (name, Digest::new(bytes).to_string()))
        .collect();
    let manifest = RawManifest::from(assembly.manifest.clone());
    serde_json::to_vec(&(manifest, components)).ok().map(|text| Digest::new(&text))
}
