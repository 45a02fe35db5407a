//! A trigger that follows its manifest and components as they change.

use crate::assembly::Assembly;
use crate::origin;
use admit_core::RawManifest;
use admit_engine::{Digest, Engine};
use admit_trigger::{Telemetry, Trigger};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The trigger of the last good policy set.
pub(crate) struct Live {
    manifest: PathBuf,
    engine: Arc<Engine>,
    telemetry: Arc<Telemetry>,
    state: Mutex<State>,
}

struct State {
    trigger: Arc<Trigger>,
    /// What was tried last, good or not.
    tried: Option<Digest>,
    /// The files and folders of components, as the manifest named them last.
    components: Vec<PathBuf>,
}

impl Live {
    /// How many requests are decided at once.
    pub(crate) const CONCURRENCY: u32 = 8;

    /// Loads a manifest, which must be good to begin with.
    pub(crate) fn start(manifest: PathBuf, telemetry: Telemetry) -> anyhow::Result<Live> {
        // One more, to try out settings while all others are busy.
        let engine = Arc::new(Engine::new(Live::CONCURRENCY + 1)?);
        let telemetry = Arc::new(telemetry);
        let assembly = Assembly::from_manifest(&manifest)?;
        let (tried, components) = (fingerprint(&assembly), places(&manifest, &assembly));
        let policies = assembly.into_policy_set(Arc::clone(&engine))?;
        let trigger = Trigger::new(policies, None, Live::CONCURRENCY, Arc::clone(&telemetry));
        let state = State { trigger: Arc::new(trigger), tried, components };
        Ok(Live { manifest, engine, telemetry, state: Mutex::new(state) })
    }

    /// What decides now.
    pub(crate) fn trigger(&self) -> Arc<Trigger> {
        Arc::clone(&self.state().trigger)
    }

    /// Everything that a change of could change a decision.
    pub(crate) fn places(&self) -> Vec<PathBuf> {
        let state = self.state();
        let manifest = std::iter::once(self.manifest.clone());
        manifest.chain(state.components.iter().cloned()).collect()
    }

    /// Loads what is there now, and says on the terminal what came of it. What cannot be
    /// loaded changes nothing; what is as it was is not mentioned.
    #[expect(clippy::print_stderr, reason = "standard output is the log of the function")]
    pub(crate) fn reload(&self) {
        match self.try_reload() {
            Ok(true) => eprintln!("reloaded `{}`", self.manifest.display()),
            Ok(false) => {}
            Err(error) => {
                eprintln!("{}\nthe policies from before go on deciding", origin::render(&error));
            }
        }
    }

    fn try_reload(&self) -> anyhow::Result<bool> {
        // Where this cannot even be read, whatever comes next is news.
        let before = self.state().tried.take();
        let assembly = Assembly::from_manifest(&self.manifest)?;
        let tried = fingerprint(&assembly);
        let mut state = self.state();
        state.components = places(&self.manifest, &assembly);
        state.tried = tried;
        drop(state);
        if tried.is_some() && tried == before {
            return Ok(false);
        }
        let policies = assembly.into_policy_set(Arc::clone(&self.engine))?;
        let trigger = Trigger::new(policies, None, Live::CONCURRENCY, Arc::clone(&self.telemetry));
        self.state().trigger = Arc::new(trigger);
        Ok(true)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The digest of everything that decides.
fn fingerprint(assembly: &Assembly) -> Option<Digest> {
    let components: BTreeMap<&String, String> = assembly
        .components
        .iter()
        .map(|(name, bytes)| (name, Digest::of(bytes).to_string()))
        .collect();
    let manifest = RawManifest::from(assembly.manifest.clone());
    serde_json::to_vec(&(manifest, components)).ok().map(|text| Digest::of(&text))
}

fn places(manifest: &Path, assembly: &Assembly) -> Vec<PathBuf> {
    let folder = manifest.parent().unwrap_or(Path::new(""));
    assembly.components.keys().map(|name| folder.join(name)).collect()
}
