use crate::Digest;
use crate::engine::Component;
use crate::snapshot::Snapshot;
use admit_core::Failure;
use std::fmt;
use std::sync::{Arc, OnceLock};

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

/// A component that is loaded when it is first needed. Cheap to clone; all clones share it.
#[derive(Clone)]
pub struct LazyComponent(Arc<Lazy>);

struct Lazy {
    component: OnceLock<Result<Component, Failure>>,
    load: Box<dyn Fn() -> Result<Component, Failure> + Send + Sync>,
}

impl LazyComponent {
    /// A component that is still to be loaded.
    pub(crate) fn new(
        load: impl Fn() -> Result<Component, Failure> + Send + Sync + 'static,
    ) -> LazyComponent {
        LazyComponent(Arc::new(Lazy { component: OnceLock::new(), load: Box::new(load) }))
    }

    /// The component, which is loaded now if it was not before.
    pub(crate) fn get(&self) -> &Result<Component, Failure> {
        self.0.component.get_or_init(&self.0.load)
    }

    /// The component, if there was an attempt to load it.
    pub(crate) fn attempted(&self) -> Option<&Result<Component, Failure>> {
        self.0.component.get()
    }
}

impl From<Result<Component, Failure>> for LazyComponent {
    fn from(component: Result<Component, Failure>) -> LazyComponent {
        let lazy = LazyComponent::new({
            let component = component.clone();
            move || component.clone()
        });
        let _ = lazy.0.component.set(component);
        lazy
    }
}

impl fmt::Debug for LazyComponent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.attempted().map(|attempted| attempted.as_ref().map(|_| "loaded"));
        f.debug_tuple("LazyComponent").field(&state).finish()
    }
}
