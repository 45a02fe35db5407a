//! Components that are loaded on demand and unloaded to make room for others.

use crate::engine::Component;
use crate::hash::Digest;
use crate::loaded_pool::{LoadedPool, Pooled};
use crate::snapshot::start::Snapshot;
use admit_core::Failure;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The component of a policy.
pub struct Loaded {
    /// The digest of the component, if it is known.
    pub digest: Option<Digest>,
    /// The component, loaded on demand.
    pub component: LazyComponent,
    /// The state of the snapshot, if the component is one.
    pub snapshot: Option<Snapshot>,
}

impl Loaded {
    /// Creates an entry for a component that is configured for each sign-up, or for the reason why
    /// there is none.
    pub fn new(digest: Option<Digest>, component: Result<Component, Failure>) -> Loaded {
        Loaded { digest, component: component.into(), snapshot: None }
    }
}

impl From<Result<Component, Failure>> for Loaded {
    fn from(component: Result<Component, Failure>) -> Loaded {
        Loaded::new(None, component)
    }
}

/// A component that is loaded on demand. Cheap to clone; all clones share the component.
#[derive(Clone)]
pub struct LazyComponent(Arc<Lazy>);

struct Lazy {
    slot: Mutex<Slot>,
    last_used: AtomicU64,
    /// The loader and its pool; `None` if the component is never loaded again.
    source: Option<Source>,
}

struct Source {
    load: Box<dyn Fn() -> Result<Code, LoadError> + Send + Sync>,
    pool: Arc<LoadedPool>,
}

/// A component that has just been loaded.
pub(crate) struct Code {
    pub(crate) component: Component,
    /// The bytes of memory that its code takes.
    pub(crate) bytes: u64,
}

/// The reason why a component cannot be loaded.
#[derive(Debug, Clone)]
pub(crate) enum LoadError {
    /// A permanent error.
    Permanent(Failure),
    /// A transient error of the system, such as a lack of memory: loading is tried again.
    Transient(Failure),
}

enum Slot {
    /// Not loaded yet.
    Empty,
    /// Unloaded, to be loaded again.
    Unloaded,
    Loaded(Arc<Component>),
    Failed(LoadError),
}

impl LazyComponent {
    /// Creates a component that is not loaded yet.
    pub(crate) fn new(
        pool: &Arc<LoadedPool>,
        load: impl Fn() -> Result<Code, LoadError> + Send + Sync + 'static,
    ) -> LazyComponent {
        let source = Source { load: Box::new(load), pool: Arc::clone(pool) };
        LazyComponent::with(Slot::Empty, Some(source))
    }

    fn with(slot: Slot, source: Option<Source>) -> LazyComponent {
        LazyComponent(Arc::new(Lazy {
            slot: Mutex::new(slot),
            last_used: AtomicU64::new(0),
            source,
        }))
    }

    /// Returns the component, and loads it if necessary.
    pub(crate) fn get(&self) -> Result<Arc<Component>, Failure> {
        if let Some(Source { pool, .. }) = &self.0.source {
            self.0.last_used.store(pool.use_now(), Relaxed);
        }
        let mut slot = self.slot();
        let loaded = match (&*slot, &self.0.source) {
            (Slot::Loaded(component), _) => return Ok(Arc::clone(component)),
            (Slot::Failed(LoadError::Permanent(failure)), _) => return Err(failure.clone()),
            (_, None) => return Err(Failure::Host("a component was unloaded".to_owned())),
            (_, Some(source)) => (source.load)(),
        };
        match loaded {
            Ok(Code { component, bytes }) => {
                let component = Arc::new(component);
                *slot = Slot::Loaded(Arc::clone(&component));
                // Adding may unload other components, which locks their slots.
                drop(slot);
                if let Some(Source { pool, .. }) = &self.0.source {
                    pool.add(&self.0, bytes);
                }
                Ok(component)
            }
            Err(error) => {
                let failure = error.failure().clone();
                *slot = Slot::Failed(error);
                Err(failure)
            }
        }
    }

    /// Returns whether loading has not been tried yet.
    pub(crate) fn is_untried(&self) -> bool {
        matches!(*self.slot(), Slot::Empty)
    }

    /// Returns the failure of the last attempt to load it, if it failed.
    pub(crate) fn failure(&self) -> Option<Failure> {
        match &*self.slot() {
            Slot::Failed(error) => Some(error.failure().clone()),
            _ => None,
        }
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.0.slot()
    }
}

impl Lazy {
    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pooled for Lazy {
    fn last_used(&self) -> u64 {
        self.last_used.load(Relaxed)
    }

    /// Unloads the component; it is loaded again on demand.
    fn unload(&self) {
        let mut slot = self.slot();
        if matches!(*slot, Slot::Loaded(_)) {
            *slot = Slot::Unloaded;
        }
    }
}

impl LoadError {
    fn failure(&self) -> &Failure {
        match self {
            LoadError::Permanent(failure) | LoadError::Transient(failure) => failure,
        }
    }
}

impl From<Result<Component, Failure>> for LazyComponent {
    fn from(component: Result<Component, Failure>) -> LazyComponent {
        let slot = match component {
            Ok(component) => Slot::Loaded(Arc::new(component)),
            Err(failure) => Slot::Failed(LoadError::Permanent(failure)),
        };
        LazyComponent::with(slot, None)
    }
}

impl fmt::Debug for LazyComponent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &*self.slot() {
            Slot::Empty | Slot::Unloaded => "not loaded".to_owned(),
            Slot::Loaded(_) => "loaded".to_owned(),
            Slot::Failed(error) => error.failure().to_string(),
        };
        f.debug_tuple("LazyComponent").field(&state).finish()
    }
}

#[cfg(test)]
#[cfg(feature = "compile")]
mod tests {
    use super::*;
    use crate::engine::Engine;
    use std::sync::atomic::AtomicUsize;

    fn failure() -> Failure {
        Failure::NotLoaded("no room".to_owned())
    }

    /// Returns a component that counts its loads, the first `failures` of which fail.
    fn counted(
        pool: &Arc<LoadedPool>,
        failures: usize,
        error: fn() -> LoadError,
    ) -> (LazyComponent, Arc<AtomicUsize>) {
        // A complete policy, once the reserved export is renamed.
        let text = include_str!("../../../tests/guests/exports-wizer-initialize.wat");
        let text = text.replace("wizer-initialize", "other");
        let component = Engine::new(1).unwrap().compile(&wat::parse_str(&text).unwrap()).unwrap();
        let loads = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&loads);
        let lazy = LazyComponent::new(pool, move || {
            if counted.fetch_add(1, Relaxed) < failures {
                return Err(error());
            }
            Ok(Code { component: component.clone(), bytes: 0 })
        });
        (lazy, loads)
    }

    #[test]
    fn a_transient_failure_is_retried_and_a_permanent_one_is_kept() {
        let pool = LoadedPool::with(16);
        let (lazy, loads) = counted(&pool, 2, || LoadError::Transient(failure()));
        assert_eq!(lazy.get().err(), Some(failure()));
        assert_eq!(lazy.failure(), Some(failure()));
        assert_eq!(lazy.get().err(), Some(failure()));
        assert!(lazy.get().is_ok() && lazy.get().is_ok());
        assert_eq!((loads.load(Relaxed), lazy.failure()), (3, None));
        let (lazy, loads) = counted(&pool, 1, || LoadError::Permanent(failure()));
        assert!(lazy.get().is_err() && lazy.get().is_err());
        assert_eq!(loads.load(Relaxed), 1);
    }

    #[test]
    fn the_least_recently_used_component_is_unloaded_and_loaded_again() {
        let pool = LoadedPool::with(2);
        let three: Vec<_> =
            (0..3).map(|_| counted(&pool, 0, || LoadError::Transient(failure()))).collect();
        let loads = || three.iter().map(|(_, loads)| loads.load(Relaxed)).collect::<Vec<_>>();
        let get = |index: usize| three[index].0.get().unwrap();
        for index in [0, 1, 0, 2] {
            get(index);
        }
        assert_eq!(loads(), [1, 1, 1]);
        // The second one was unloaded for the third.
        for index in [0, 2] {
            get(index);
        }
        assert_eq!(loads(), [1, 1, 1]);
        get(1);
        assert_eq!(loads(), [1, 2, 1]);
        get(2);
        get(0);
        assert_eq!(loads(), [2, 2, 1]);
    }
}
