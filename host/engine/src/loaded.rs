//! Components that are loaded when they are needed, and unloaded for others.

use crate::digest::Digest;
use crate::engine::Component;
use crate::loaded_pool::{LoadedPool, Pooled};
use crate::snapshot::start::Snapshot;
use admit_core::Failure;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What stands behind a policy.
pub struct Loaded {
    /// The digest of its component, if that is known.
    pub digest: Option<Digest>,
    /// The component itself, or what loads it.
    pub component: LazyComponent,
    /// What had happened when the component was made, if it is one that was configured before.
    pub snapshot: Option<Snapshot>,
}

impl Loaded {
    /// A component that is configured for each sign-up, or why there is none.
    pub fn new(digest: Option<Digest>, component: Result<Component, Failure>) -> Loaded {
        Loaded { digest, component: component.into(), snapshot: None }
    }
}

impl From<Result<Component, Failure>> for Loaded {
    fn from(component: Result<Component, Failure>) -> Loaded {
        Loaded::new(None, component)
    }
}

/// A component that is loaded when it is needed. Cheap to clone; all clones share it.
#[derive(Clone)]
pub struct LazyComponent(Arc<Lazy>);

struct Lazy {
    slot: Mutex<Slot>,
    last_used: AtomicU64,
    /// What loads it, and what it stands on then; none if it is never loaded anew.
    source: Option<Source>,
}

struct Source {
    load: Box<dyn Fn() -> Result<Code, LoadError> + Send + Sync>,
    shelf: Arc<LoadedPool>,
}

/// A component that was just loaded.
pub(crate) struct Code {
    pub(crate) component: Component,
    /// How many bytes of memory its code takes.
    pub(crate) bytes: u64,
}

/// Why a component cannot be loaded.
#[derive(Debug, Clone)]
pub(crate) enum LoadError {
    /// It never can.
    Lasting(Failure),
    /// The system had no room for it, or could not read it: another time it may.
    Passing(Failure),
}

enum Slot {
    /// It is to be loaded.
    Empty,
    /// It was loaded once, and is to be loaded anew.
    Unloaded,
    Loaded(Arc<Component>),
    Failed(LoadError),
}

impl LazyComponent {
    /// A component that is still to be loaded.
    pub(crate) fn new(
        shelf: &Arc<LoadedPool>,
        load: impl Fn() -> Result<Code, LoadError> + Send + Sync + 'static,
    ) -> LazyComponent {
        let source = Source { load: Box::new(load), shelf: Arc::clone(shelf) };
        LazyComponent::with(Slot::Empty, Some(source))
    }

    fn with(slot: Slot, source: Option<Source>) -> LazyComponent {
        LazyComponent(Arc::new(Lazy {
            slot: Mutex::new(slot),
            last_used: AtomicU64::new(0),
            source,
        }))
    }

    /// The component, which is loaded now if it is not.
    pub(crate) fn get(&self) -> Result<Arc<Component>, Failure> {
        if let Some(Source { shelf, .. }) = &self.0.source {
            self.0.last_used.store(shelf.use_now(), Relaxed);
        }
        let mut slot = self.slot();
        let loaded = match (&*slot, &self.0.source) {
            (Slot::Loaded(component), _) => return Ok(Arc::clone(component)),
            (Slot::Failed(LoadError::Lasting(failure)), _) => return Err(failure.clone()),
            (_, None) => return Err(Failure::Host("a component is gone".to_owned())),
            (_, Some(source)) => (source.load)(),
        };
        match loaded {
            Ok(Code { component, bytes }) => {
                let component = Arc::new(component);
                *slot = Slot::Loaded(Arc::clone(&component));
                // Others may be unloaded for it, whose slots are locked then.
                drop(slot);
                if let Some(Source { shelf, .. }) = &self.0.source {
                    shelf.add(&self.0, bytes);
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

    /// Whether it is to be loaded for the first time.
    pub(crate) fn is_untried(&self) -> bool {
        matches!(*self.slot(), Slot::Empty)
    }

    /// Why it could not be loaded when that was tried last, if so.
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

    /// It is loaded anew when it is needed.
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
            LoadError::Lasting(failure) | LoadError::Passing(failure) => failure,
        }
    }
}

impl From<Result<Component, Failure>> for LazyComponent {
    fn from(component: Result<Component, Failure>) -> LazyComponent {
        let slot = match component {
            Ok(component) => Slot::Loaded(Arc::new(component)),
            Err(failure) => Slot::Failed(LoadError::Lasting(failure)),
        };
        LazyComponent::with(slot, None)
    }
}

impl fmt::Debug for LazyComponent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &*self.slot() {
            Slot::Empty | Slot::Unloaded => "to be loaded".to_owned(),
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

    /// A component that counts how often it is loaded, the first times in vain.
    fn counted(
        shelf: &Arc<LoadedPool>,
        in_vain: usize,
        error: fn() -> LoadError,
    ) -> (LazyComponent, Arc<AtomicUsize>) {
        // A whole component, once it exports nothing that is refused.
        let text = include_str!("../../../tests/guests/exports-wizer-initialize.wat");
        let text = text.replace("wizer-initialize", "other");
        let component = Engine::new(1).unwrap().compile(&wat::parse_str(&text).unwrap()).unwrap();
        let loads = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&loads);
        let lazy = LazyComponent::new(shelf, move || {
            if counted.fetch_add(1, Relaxed) < in_vain {
                return Err(error());
            }
            Ok(Code { component: component.clone(), bytes: 0 })
        });
        (lazy, loads)
    }

    #[test]
    fn a_passing_failure_is_tried_again_and_a_lasting_one_is_kept() {
        let shelf = LoadedPool::with(16);
        let (lazy, loads) = counted(&shelf, 2, || LoadError::Passing(failure()));
        assert_eq!(lazy.get().err(), Some(failure()));
        assert_eq!(lazy.failure(), Some(failure()));
        assert_eq!(lazy.get().err(), Some(failure()));
        assert!(lazy.get().is_ok() && lazy.get().is_ok());
        assert_eq!((loads.load(Relaxed), lazy.failure()), (3, None));
        let (lazy, loads) = counted(&shelf, 1, || LoadError::Lasting(failure()));
        assert!(lazy.get().is_err() && lazy.get().is_err());
        assert_eq!(loads.load(Relaxed), 1);
    }

    #[test]
    fn what_was_not_used_for_longest_is_unloaded_and_loaded_anew() {
        let shelf = LoadedPool::with(2);
        let three: Vec<_> =
            (0..3).map(|_| counted(&shelf, 0, || LoadError::Passing(failure()))).collect();
        let loads = || three.iter().map(|(_, loads)| loads.load(Relaxed)).collect::<Vec<_>>();
        let get = |index: usize| three[index].0.get().unwrap();
        for index in [0, 1, 0, 2] {
            get(index);
        }
        assert_eq!(loads(), [1, 1, 1]);
        // The second made room for the third.
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
