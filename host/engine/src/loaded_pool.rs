//! The pool of loaded components: the most recently used ones, within bounds.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// The maximum number of bytes of code in memory, if code cannot be mapped from its file.
const MAX_BYTES: u64 = 512 << 20;

/// The maximum number of loaded components, if the process may have many file descriptors.
const MAX_LOADED: usize = 512;

/// Returns the number of components that this process may keep loaded. It uses half of the file
/// descriptors; wasmtime's instance pool and requests need the rest.
pub(crate) fn max_loaded() -> usize {
    let half = usize::try_from(descriptors() / 2).unwrap_or(MAX_LOADED);
    half.clamp(16, MAX_LOADED)
}

/// A loaded item that can be unloaded to make room for others.
pub(crate) trait Pooled: Send + Sync {
    /// Returns the sequence number of its last use.
    fn last_used(&self) -> u64;

    /// Unloads the item.
    fn unload(&self);
}

/// The loaded components of a policy set. Each one holds a file descriptor and memory mappings,
/// which are limited per process.
pub(crate) struct LoadedPool {
    max: usize,
    uses: AtomicU64,
    loaded: Mutex<Vec<(Weak<dyn Pooled>, u64)>>,
}

impl LoadedPool {
    /// Creates a pool for as many components as the process may keep loaded.
    pub(crate) fn for_this_process() -> Arc<LoadedPool> {
        LoadedPool::with(max_loaded())
    }

    pub(crate) fn with(max: usize) -> Arc<LoadedPool> {
        Arc::new(LoadedPool { max, uses: AtomicU64::new(1), loaded: Mutex::default() })
    }

    /// Returns the next sequence number of a use.
    pub(crate) fn use_now(&self) -> u64 {
        self.uses.fetch_add(1, Relaxed)
    }

    /// Adds a component that holds `bytes` of memory, and unloads the least recently used ones if
    /// there are too many. A running component stays in memory until it is done.
    pub(crate) fn add(&self, component: &Arc<impl Pooled + 'static>, bytes: u64) {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let weak: Weak<dyn Pooled> = Arc::downgrade(component) as Weak<dyn Pooled>;
        loaded.retain(|(other, _)| other.strong_count() > 0 && !Weak::ptr_eq(other, &weak));
        loaded.push((weak, bytes));
        let mut held: u64 = loaded.iter().map(|(_, bytes)| bytes).sum();
        while loaded.len() > 1 && (loaded.len() > self.max || held > MAX_BYTES) {
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
