//! Takes snapshots with `wasmtime-wizer`.

use super::joining::join;
use super::modules::is_same_around_modules;
use super::start::Snapshot;
use super::trimming::trim;
use crate::contract::{Instance as Policy, Question};
use crate::engine::Engine;
use crate::evaluation::{NO_DEADLINE, Sandbox};
use crate::native::without_panic_message;
use crate::state::State;
use admit_core::{Failure, Limits, Log, View};
use std::panic::resume_unwind;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use thiserror::Error;
use wasmparser::{CanonicalFunction, Parser, Payload};
use wasmtime::component::{Instance, Lift, WasmList};
use wasmtime::{Store, UpdateDeadline};
use wasmtime_wizer::{ComponentInstanceState, Wizer};

/// A snapshot: a component that starts configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshotted {
    /// The bytes of the component.
    pub component: Vec<u8>,
    /// The state when the snapshot was taken.
    pub snapshot: Snapshot,
}

/// The reason why a policy has no snapshot and is configured for each sign-up.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoSnapshot {
    /// The tool cannot take a snapshot.
    #[error("{0}")]
    Unsupported(String),
    /// State outside its memories would be lost.
    #[error("it defines resources")]
    Resources,
    /// The entries would be missing in each record.
    #[error("it writes to the log while it is configured")]
    PolicyLog,
    /// The state of the limits would be lost.
    #[error("it exceeds a limit on memory or tables while it is configured")]
    Exceeds,
    /// The policy fails before the snapshot.
    #[error("{0}")]
    Failed(Failure),
    /// The snapshot differs from the component outside its core modules.
    #[error("its snapshot differs from the component: {0}")]
    Differs(String),
}

impl Engine {
    /// Configures a component and takes a snapshot of it.
    ///
    /// The component must be one that [`Engine::compile`] accepts.
    pub fn snapshot(
        &self,
        component: &[u8],
        (limits, log): (&Limits, Log),
        settings: &str,
    ) -> Result<Snapshotted, NoSnapshot> {
        let (advanced, fuel) = self.advance(component, (limits, log), |sandbox, policy| {
            sandbox.call_configure(policy, settings).map_err(NoSnapshot::Failed)?;
            Ok(sandbox.fuel_used())
        })?;
        let advanced = join(trim(advanced));
        check_connections(component, &advanced)?;
        Ok(Snapshotted { component: advanced, snapshot: Snapshot { fuel } })
    }

    /// Evaluates a sign-up before the component is configured, and takes a snapshot of it.
    ///
    /// The lookups that an interpreter caches are then cached for every sign-up. The component must
    /// ensure that nothing else changes: the SDKs return an error, since they are not configured,
    /// without running the author's code.
    pub fn warm(&self, component: &[u8], sign_up: &View<'_>) -> Result<Vec<u8>, NoSnapshot> {
        let max = (&Limits::MAX, Log::Discard);
        let (advanced, ()) = self.advance(component, max, |sandbox, policy| {
            match sandbox.decide(policy, Question { view: sign_up, facts: &[] }) {
                Ok(_) | Err(Failure::Undecided(_)) => Ok(()),
                Err(failure) => Err(NoSnapshot::Failed(failure)),
            }
        })?;
        let advanced = join(advanced);
        check_connections(component, &advanced)?;
        Ok(advanced)
    }

    /// Runs a function on an instance and takes a snapshot of the instance.
    fn advance<T>(
        &self,
        component: &[u8],
        (limits, log): (&Limits, Log),
        run: impl FnOnce(&mut Sandbox<'_>, &Policy) -> Result<T, NoSnapshot>,
    ) -> Result<(Vec<u8>, T), NoSnapshot> {
        check_for_resources(component)?;
        let mut wizer = Wizer::new();
        // Otherwise the tool drops an export of that name and leaves wrong indices of the instances
        // after it.
        wizer.keep_init_func(true);
        // The tool checks its output only in debug builds, and panics on unexpected input.
        let (context, instrumented) =
            without_panic_message(|| wizer.instrument_component(component))
                .unwrap_or_else(|| Err(wasmtime::Error::msg("it cannot be instrumented")))
                .map_err(unsupported)?;
        let instrumented = self
            .compile(&instrumented)
            .map_err(|refused| NoSnapshot::Unsupported(refused.to_string()))?;
        // The instance that reads the state is one more. Fuel limits the run instead of time, since
        // it is the same each time.
        let instances = limits.instances.saturating_add(1);
        let limits = Limits { instances, time: Limits::MAX.time, ..*limits };
        let _running = self.clock.run();
        let mut sandbox = self.sandbox(&limits, log, self.whole_slice(NO_DEADLINE));
        sandbox.limit().map_err(NoSnapshot::Failed)?;
        let instance = sandbox.instantiate(&instrumented).map_err(NoSnapshot::Failed)?;
        let policy = instrumented.exports.load(&mut sandbox.store, &instance);
        let result = run(&mut sandbox, &policy.map_err(unsupported)?)?;
        let mut store = sandbox.store;
        store.data_mut().prepare_for_reading(&Limits::MAX)?;
        // Enough fuel to read all memories.
        store.set_fuel(Limits::MAX.fuel).map_err(unsupported)?;
        store.set_hostcall_fuel(usize::MAX);
        store.epoch_deadline_callback(|_| Ok(UpdateDeadline::Continue(1)));
        let mut reader = Reader { store, instance };
        let snapshot =
            without_panic_message(|| finish(wizer.snapshot_component(&context, &mut reader)))
                .unwrap_or_else(|| {
                    Err(wasmtime::Error::msg("one of its memories cannot grow to be read"))
                })
                .map_err(unsupported)?;
        Ok((snapshot, result))
    }
}

fn unsupported(error: wasmtime::Error) -> NoSnapshot {
    NoSnapshot::Unsupported(format!("{error:#}"))
}

/// Rejects a snapshot that differs from the component outside its core modules.
fn check_connections(component: &[u8], snapshot: &[u8]) -> Result<(), NoSnapshot> {
    match is_same_around_modules(component, snapshot) {
        Ok(true) => Ok(()),
        Ok(false) => Err(NoSnapshot::Differs("its parts are connected differently".to_owned())),
        Err(error) => Err(NoSnapshot::Differs(error.to_string())),
    }
}

/// Rejects a component that defines resources, since their handles are in the host and not part of
/// a snapshot.
fn check_for_resources(component: &[u8]) -> Result<(), NoSnapshot> {
    for payload in Parser::new(0).parse_all(component) {
        let invalid = |error| NoSnapshot::Unsupported(format!("{error:#}"));
        if let Payload::ComponentCanonicalSection(functions) = payload.map_err(invalid)? {
            for function in functions {
                if let CanonicalFunction::ResourceNew { .. } = function.map_err(invalid)? {
                    return Err(NoSnapshot::Resources);
                }
            }
        }
    }
    Ok(())
}

impl State {
    /// Raises the limits so that the host can read the state, unless some state would be lost.
    fn prepare_for_reading(&mut self, limits: &Limits) -> Result<(), NoSnapshot> {
        match (self.has_notes(), self.has_exceeded()) {
            (true, _) => Err(NoSnapshot::PolicyLog),
            (_, true) => Err(NoSnapshot::Exceeds),
            (false, false) => {
                self.replace_limits(limits);
                Ok(())
            }
        }
    }
}

/// Polls a future that is ready at once.
fn finish<T>(future: impl Future<Output = wasmtime::Result<T>>) -> wasmtime::Result<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(wasmtime::Error::msg("it blocks")),
    }
}

/// Reads memories and globals through the functions that the tool added.
struct Reader {
    store: Store<State>,
    instance: Instance,
}

impl Reader {
    fn call<R: Lift + 'static>(&mut self, interface: &str, function: &str) -> R {
        // The tool's interface has no errors, so unwinding aborts it.
        self.try_call(interface, function).unwrap_or_else(|| resume_unwind(Box::new(())))
    }

    fn try_call<R: Lift + 'static>(&mut self, interface: &str, function: &str) -> Option<R> {
        let Reader { store, instance } = self;
        let (_, interface) = instance.get_export(&mut *store, None, interface)?;
        let (_, function) = instance.get_export(&mut *store, Some(&interface), function)?;
        let function = instance.get_typed_func::<(), (R,)>(&mut *store, function).ok()?;
        Some(function.call(store, ()).ok()?.0)
    }
}

impl ComponentInstanceState for Reader {
    async fn call_func_ret_list_u8(
        &mut self,
        instance: &str,
        function: &str,
        contents: impl FnOnce(&[u8]) + Send,
    ) {
        let list: WasmList<u8> = self.call(instance, function);
        contents(list.as_le_slice(&self.store));
    }

    async fn call_func_ret_s32(&mut self, instance: &str, function: &str) -> i32 {
        self.call(instance, function)
    }

    async fn call_func_ret_s64(&mut self, instance: &str, function: &str) -> i64 {
        self.call(instance, function)
    }

    async fn call_func_ret_f32(&mut self, instance: &str, function: &str) -> u32 {
        self.call::<f32>(instance, function).to_bits()
    }

    async fn call_func_ret_f64(&mut self, instance: &str, function: &str) -> u64 {
        self.call::<f64>(instance, function).to_bits()
    }
}
