//! Takes the snapshot, with wasmtime's own tool for that.

use super::joining::join;
use super::modules::is_same_around_modules;
use super::start::Snapshot;
use super::trimming::trim;
use crate::contract::Policy;
use crate::engine::Engine;
use crate::evaluation::{Sandbox, UNHURRIED};
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

/// A component that starts configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshotted {
    /// Its bytes.
    pub component: Vec<u8>,
    /// What had happened until then.
    pub snapshot: Snapshot,
}

/// Why a policy is configured for each sign-up.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoSnapshot {
    /// The tool cannot take one.
    #[error("{0}")]
    Unsupported(String),
    /// What lies in no memory would be lost.
    #[error("it has resources of its own")]
    Resources,
    /// Each record would lack what it writes.
    #[error("it writes notes while it is configured")]
    PolicyLog,
    /// Whether it asked in vain for more would be lost.
    #[error("it asks for more memory than it may have while it is configured")]
    Exceeds,
    /// It fails before it is configured.
    #[error("{0}")]
    Failed(Failure),
    /// The snapshot is not the policy that was reviewed.
    #[error("its snapshot differs from it: {0}")]
    Differs(String),
}

impl Engine {
    /// Configures a component, and writes it down as one that is configured.
    ///
    /// The component is one that [`Engine::compile`] takes.
    pub fn snapshot(
        &self,
        component: &[u8],
        (limits, log): (&Limits, Log),
        settings: &str,
    ) -> Result<Snapshotted, NoSnapshot> {
        let (advanced, fuel) = self.advance(component, (limits, log), |sandbox, policy| {
            sandbox.hand_over(policy, settings).map_err(NoSnapshot::Failed)?;
            Ok(sandbox.fuel_used())
        })?;
        let advanced = join(trim(advanced));
        check_connections(component, &advanced)?;
        Ok(Snapshotted { component: advanced, snapshot: Snapshot { fuel } })
    }

    /// Asks a component about a sign-up before it is configured, and writes it down as one that
    /// was asked.
    ///
    /// What an interpreter looks up once, it has looked up then for every sign-up. It is up to
    /// the component that this changes nothing else: our SDKs answer that they are not
    /// configured, without their author's code.
    pub fn warm(&self, component: &[u8], sign_up: &View<'_>) -> Result<Vec<u8>, NoSnapshot> {
        let ceiling = (&Limits::MAX, Log::Discard);
        let (advanced, ()) = self.advance(component, ceiling, |sandbox, policy| {
            match sandbox.decide(policy, sign_up) {
                Ok(_) | Err(Failure::Undecided(_)) => Ok(()),
                Err(failure) => Err(NoSnapshot::Failed(failure)),
            }
        })?;
        let advanced = join(advanced);
        check_connections(component, &advanced)?;
        Ok(advanced)
    }

    /// Lets a component do something, and writes it down as it is then.
    fn advance<T>(
        &self,
        component: &[u8],
        (limits, log): (&Limits, Log),
        run: impl FnOnce(&mut Sandbox<'_>, &Policy) -> Result<T, NoSnapshot>,
    ) -> Result<(Vec<u8>, T), NoSnapshot> {
        check_for_resources(component)?;
        let mut wizer = Wizer::new();
        // Otherwise the tool drops any export of that name, and the numbers of instances that
        // come after it lead to others.
        wizer.keep_init_func(true);
        // It checks what it makes in debug builds alone, and panics at what it does not expect.
        let (context, instrumented) =
            without_panic_message(|| wizer.instrument_component(component))
                .unwrap_or_else(|| Err(wasmtime::Error::msg("it cannot be instrumented")))
                .map_err(unsupported)?;
        let instrumented = self
            .compile(&instrumented)
            .map_err(|refused| NoSnapshot::Unsupported(refused.to_string()))?;
        // What reads the state is one instance more. Time is left out, which is not the same each
        // time: what ends the same each time is ended by fuel.
        let instances = limits.instances.saturating_add(1);
        let limits = Limits { instances, time: Limits::MAX.time, ..*limits };
        let _running = self.clock.run();
        let mut sandbox = self.sandbox(&limits, log, self.alone(UNHURRIED));
        sandbox.limit().map_err(NoSnapshot::Failed)?;
        let instance = sandbox.instantiate(&instrumented).map_err(NoSnapshot::Failed)?;
        let policy = instrumented.indices.load(&mut sandbox.store, &instance);
        let result = run(&mut sandbox, &policy.map_err(unsupported)?)?;
        let mut store = sandbox.store;
        store.data_mut().let_be_read(&Limits::MAX)?;
        // As much as it takes to hand over all memories.
        store.set_fuel(Limits::MAX.fuel).map_err(unsupported)?;
        store.set_hostcall_fuel(usize::MAX);
        store.epoch_deadline_callback(|_| Ok(UpdateDeadline::Continue(1)));
        let mut reader = Reader { store, instance };
        let snapshot =
            without_panic_message(|| finish(wizer.snapshot_component(&context, &mut reader)))
                .unwrap_or_else(|| {
                    Err(wasmtime::Error::msg("a memory of it cannot grow to be read"))
                })
                .map_err(unsupported)?;
        Ok((snapshot, result))
    }
}

fn unsupported(error: wasmtime::Error) -> NoSnapshot {
    NoSnapshot::Unsupported(format!("{error:#}"))
}

/// Refuses a snapshot that is more than the component's modules with other contents.
fn check_connections(component: &[u8], snapshot: &[u8]) -> Result<(), NoSnapshot> {
    match is_same_around_modules(component, snapshot) {
        Ok(true) => Ok(()),
        Ok(false) => Err(NoSnapshot::Differs("its parts are connected in another way".to_owned())),
        Err(error) => Err(NoSnapshot::Differs(error.to_string())),
    }
}

/// The handles of resources lie in the host, of which the tool takes no snapshot.
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
    /// Lets the host read everything, unless something of what happened would be lost.
    fn let_be_read(&mut self, limits: &Limits) -> Result<(), NoSnapshot> {
        match (self.has_notes(), self.has_exceeded()) {
            (true, _) => Err(NoSnapshot::PolicyLog),
            (_, true) => Err(NoSnapshot::Exceeds),
            (false, false) => {
                self.limit_anew(limits);
                Ok(())
            }
        }
    }
}

/// Waits for what never waits.
fn finish<T>(future: impl Future<Output = wasmtime::Result<T>>) -> wasmtime::Result<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(wasmtime::Error::msg("it waits")),
    }
}

/// Reads memories and globals by the functions that the tool added.
struct Reader {
    store: Store<State>,
    instance: Instance,
}

impl Reader {
    fn call<R: Lift + 'static>(&mut self, interface: &str, function: &str) -> R {
        // The tool has no way to hear of a failure: it is ended.
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
