//! Which components of a policy set stay loaded: those that were used last, within bounds.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// The most bytes of code that are held in memory, where code cannot be mapped from its file.
const MAX_BYTES: u64 = 512 << 20;

/// The most components that are loaded at a time, where a process may have many descriptors.
const MAX_LOADED: usize = 512;

/// How many components of a policy set this process keeps loaded: it has half of its descriptors for
/// them. The pool keeps some as well, and requests need some.
pub(crate) fn most_loaded() -> usize {
    let half = usize::try_from(descriptors() / 2).unwrap_or(MAX_LOADED);
    half.clamp(16, MAX_LOADED)
}

/// Something that is loaded, and can be unloaded for others.
pub(crate) trait Pooled: Send + Sync {
    /// The number of its last use.
    fn last_used(&self) -> u64;

    /// Forgets what was loaded.
    fn unload(&self);
}

/// The components of a policy set that are loaded. A loaded component holds a descriptor and some
/// mappings, of which a process may have a limited number.
pub(crate) struct LoadedPool {
    most: usize,
    uses: AtomicU64,
    loaded: Mutex<Vec<(Weak<dyn Pooled>, u64)>>,
}

impl LoadedPool {
    /// A shelf for as many components as the process can keep loaded.
    pub(crate) fn of_this_process() -> Arc<LoadedPool> {
        LoadedPool::with(most_loaded())
    }

    pub(crate) fn with(most: usize) -> Arc<LoadedPool> {
        Arc::new(LoadedPool { most, uses: AtomicU64::new(1), loaded: Mutex::default() })
    }

    /// The number of a use: a later one has a higher number.
    pub(crate) fn use_now(&self) -> u64 {
        self.uses.fetch_add(1, Relaxed)
    }

    /// PolicyLog that a component was loaded, which holds so many bytes in memory, and unloads others
    /// that were not used for longest if these are too many. One that is running stays until it is
    /// done.
    pub(crate) fn add(&self, component: &Arc<impl Pooled + 'static>, bytes: u64) {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let weak: Weak<dyn Pooled> = Arc::downgrade(component) as Weak<dyn Pooled>;
        loaded.retain(|(other, _)| other.strong_count() > 0 && !Weak::ptr_eq(other, &weak));
        loaded.push((weak, bytes));
        let mut held: u64 = loaded.iter().map(|(_, bytes)| bytes).sum();
        while loaded.len() > 1 && (loaded.len() > self.most || held > MAX_BYTES) {
            let last = loaded.len() - 1;
            let used = |(component, _): &(Weak<dyn Pooled>, u64)| {
                component.upgrade().map_or(0, |component| component.last_used())
            };
            let oldest = loaded[..last].iter().enumerate().min_by_key(|(_, entry)| used(entry));
            let Some((oldest, _)) = oldest else { return };
            let (component, bytes) = loaded.swap_remove(oldest);
            held -= bytes;
            if let Some(component) = component.upgrade() {
                component.unload();
            }
        }
    }
}

#[cfg(target_os = "linux")]
fn descriptors() -> u64 {
    use rustix::process::{Resource, getrlimit};
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

#[cfg(not(target_os = "linux"))]
fn descriptors() -> u64 {
    1_024
}
