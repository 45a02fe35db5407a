//! The running time of the process, and the ticks that interrupt guests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use wasmtime::Engine;

/// The interval at which running guests are interrupted to check their deadline.
const TICK: Duration = Duration::from_millis(2);

/// The time between two ticks from which on the process counts as frozen instead of waiting for the
/// processor.
const FROZEN: Duration = Duration::from_millis(100);

/// The number of ticks without a guest after which the thread sleeps until there is one.
const IDLE_TICKS: u32 = 500;

/// The running time of this process, and the ticks that interrupt its guests.
///
/// The clock stops while Lambda freezes the process, so that frozen time does not use up a policy's
/// share of the budget. Reading it takes no system call. It advances by ticks of a thread, which
/// only ticks while guests run.
#[derive(Debug)]
pub(crate) struct Clock {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    elapsed_micros: AtomicU64,
    /// The wall time of the last tick, since `base`.
    ticked_micros: AtomicU64,
    base: Instant,
    running: AtomicUsize,
    parked: AtomicBool,
    ended: AtomicBool,
}

/// A point in time of a [`Clock`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(u64);

impl Moment {
    pub(crate) fn after(self, span: Duration) -> Moment {
        Moment(self.0.saturating_add(micros(span)))
    }

    /// Returns the duration until a later moment.
    pub(crate) fn until(self, later: Moment) -> Duration {
        Duration::from_micros(later.0.saturating_sub(self.0))
    }
}

/// Keeps the clock ticking while it is held.
#[derive(Debug)]
pub(crate) struct Running<'a>(&'a Shared);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, SeqCst);
    }
}

/// A handle that reads a [`Clock`] from inside a store.
#[derive(Debug, Clone)]
pub(crate) struct Watch(Arc<Shared>);

impl Watch {
    pub(crate) fn now(&self) -> Moment {
        Moment(self.0.elapsed_micros.load(SeqCst))
    }
}

impl Clock {
    /// Starts the thread that interrupts the guests of this engine.
    pub(crate) fn start(engine: &Engine) -> std::io::Result<Clock> {
        let shared = Arc::new(Shared {
            elapsed_micros: AtomicU64::new(0),
            ticked_micros: AtomicU64::new(0),
            base: Instant::now(),
            running: AtomicUsize::new(0),
            parked: AtomicBool::new(false),
            ended: AtomicBool::new(false),
        });
        let (weak, ticking) = (engine.weak(), Arc::clone(&shared));
        let thread = thread::Builder::new()
            .name("admit-clock".to_owned())
            .stack_size(128 << 10)
            .spawn(move || {
                tick(&ticking, &|| match weak.upgrade() {
                    Some(engine) => engine.increment_epoch(),
                    None => ticking.ended.store(true, SeqCst),
                });
            })?;
        Ok(Clock { shared, thread: Some(thread) })
    }

    /// Keeps the clock ticking until the result is dropped.
    pub(crate) fn run(&self) -> Running<'_> {
        self.shared.running.fetch_add(1, SeqCst);
        if self.shared.parked.load(SeqCst) {
            self.wake();
        }
        Running(&self.shared)
    }

    /// Returns the current moment as a start time. It includes the time since the last tick, which
    /// would otherwise count against what is started.
    pub(crate) fn start_moment(&self) -> Moment {
        let ticked = Duration::from_micros(self.shared.ticked_micros.load(SeqCst));
        let since = self.shared.base.elapsed().saturating_sub(ticked);
        self.now().after(running_part(since))
    }

    pub(crate) fn watch(&self) -> Watch {
        Watch(Arc::clone(&self.shared))
    }

    pub(crate) fn now(&self) -> Moment {
        Moment(self.shared.elapsed_micros.load(SeqCst))
    }

    fn wake(&self) {
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        self.shared.ended.store(true, SeqCst);
        self.wake();
        if let Some(thread) = self.thread.take() {
            // The thread does not panic, and an error could not be reported here.
            let _ = thread.join();
        }
    }
}

/// Returns how much of the time between two ticks the process was running.
fn running_part(elapsed: Duration) -> Duration {
    if elapsed < FROZEN { elapsed } else { TICK }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

fn tick(shared: &Shared, interrupt: &dyn Fn()) {
    let mut idle = 0;
    let mut last = Instant::now();
    while !shared.ended.load(SeqCst) {
        thread::sleep(TICK);
        let now = Instant::now();
        let elapsed = running_part(now - last);
        last = now;
        shared.elapsed_micros.fetch_add(micros(elapsed), SeqCst);
        shared.ticked_micros.store(micros(now - shared.base), SeqCst);
        interrupt();
        idle = if shared.running.load(SeqCst) == 0 { idle + 1 } else { 0 };
        if idle >= IDLE_TICKS {
            shared.parked.store(true, SeqCst);
            // A guest that starts from here on sees `parked` and wakes this thread.
            while shared.running.load(SeqCst) == 0 && !shared.ended.load(SeqCst) {
                thread::park();
            }
            shared.parked.store(false, SeqCst);
            idle = 0;
            last = Instant::now();
            shared.ticked_micros.store(micros(last - shared.base), SeqCst);
        }
    }
}
