use crate::clock::{Moment, Watch};
use crate::contract::{self, Policy as Instance, SignUp};
use crate::engine::{Component, Engine};
use crate::limiter::{Exceeded, Limiter};
use crate::notes::{Notes, reason};
use admit_core::{Failure, Limits, Phase, Size, Time, Verdict, View};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};
use wasmtime::{Error, PoolConcurrencyLimitError, Store, Trap, UpdateDeadline};

/// What one policy said to one sign-up, and what that cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// Its answer, or why there is none.
    pub answer: Result<Verdict, Failure>,
    /// What it wrote to the log.
    pub notes: Notes,
    /// Units of fuel used; the same on every machine. None where the guest was cut off in the
    /// middle of a function, of which the engine had not yet counted the fuel.
    pub fuel: Option<u64>,
    /// Bytes of linear memory held at the end, all memories together.
    pub memory: Size,
    /// Time on this machine, from instantiating to the verdict.
    pub time: Duration,
}

/// The share that one policy has of the time for a whole decision.
///
/// It is measured by the wall, unlike the policy's own limit: whoever waits for the
/// decision does not care why it takes long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share {
    pub(crate) budget: Time,
    pub(crate) end: Instant,
}

/// What lives in the store of one evaluation.
pub(crate) struct State {
    limiter: Limiter,
    notes: Notes,
    watch: Watch,
    deadline: Moment,
    share: Share,
}

impl State {
    pub(crate) fn notes(&mut self) -> &mut Notes {
        &mut self.notes
    }
}

/// One evaluation under way: which limits stop it, and what it is doing.
struct Sandbox<'a> {
    store: Store<State>,
    limits: &'a Limits,
    phase: Phase,
}

impl Evaluation {
    /// A policy that could not even be asked.
    pub(crate) fn failed(failure: Failure) -> Evaluation {
        Evaluation {
            answer: Err(failure),
            notes: Notes::default(),
            fuel: None,
            memory: Size::from_kib(0),
            time: Duration::ZERO,
        }
    }
}

impl Engine {
    /// Instantiates, configures, evaluates once, and drops everything.
    pub(crate) fn evaluate(
        &self,
        component: &Component,
        limits: &Limits,
        settings: &str,
        view: &View<'_>,
        share: Share,
    ) -> Evaluation {
        let request = contract::request(view);
        self.sandboxed(limits, share, |sandbox| {
            let instance = sandbox.configure(component, settings)?;
            sandbox.decide(&instance, request)
        })
    }

    /// Tries out the settings of a policy: instantiates, configures, drops everything.
    pub fn check_settings(
        &self,
        component: &Component,
        limits: &Limits,
        settings: &str,
    ) -> Result<(), Failure> {
        // Nobody waits for this: twice the limit, so that it is the limit that ends it.
        let end = Instant::now() + 2 * limits.time.duration();
        let share = Share { budget: limits.time, end };
        let evaluation = self.sandboxed(limits, share, |sandbox| {
            sandbox.configure(component, settings).map(|_| Verdict::Allow(Default::default()))
        });
        evaluation.answer.map(|_| ())
    }

    fn sandboxed(
        &self,
        limits: &Limits,
        share: Share,
        run: impl FnOnce(&mut Sandbox<'_>) -> Result<Verdict, Failure>,
    ) -> Evaluation {
        let started = Instant::now();
        let _running = self.clock.run();
        // A panic of the host while a guest runs is a failure of that one policy: left
        // alone, its text would reach the person signing up.
        catch_unwind(AssertUnwindSafe(|| {
            let mut sandbox = self.sandbox(limits, share);
            let answer = sandbox.limit().and_then(|()| run(&mut sandbox));
            let left = sandbox.store.get_fuel().unwrap_or(0);
            let state = sandbox.store.into_data();
            Evaluation {
                fuel: is_fuel_known(&answer).then(|| limits.fuel.saturating_sub(left)),
                answer,
                notes: state.notes,
                memory: Size::from_bytes(state.limiter.memory()),
                time: started.elapsed(),
            }
        }))
        .unwrap_or_else(|_| {
            Evaluation::failed(Failure::Host("panicked while the policy ran".to_owned()))
        })
    }

    fn sandbox<'a>(&self, limits: &'a Limits, share: Share) -> Sandbox<'a> {
        let state = State {
            limiter: Limiter::new(limits.memory.bytes()),
            notes: Notes::default(),
            watch: self.clock.watch(),
            deadline: self.clock.deadline(limits.time.duration()),
            share,
        };
        Sandbox { store: Store::new(&self.inner, state), limits, phase: Phase::Instantiate }
    }
}

impl Sandbox<'_> {
    fn limit(&mut self) -> Result<(), Failure> {
        let store = &mut self.store;
        store.set_fuel(self.limits.fuel).map_err(|error| Failure::Host(format!("{error:#}")))?;
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(
            usize::try_from(self.limits.host_call.bytes()).unwrap_or(usize::MAX),
        );
        store.set_max_component_handles(64);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|store| {
            let state = store.data();
            let in_time = state.watch.now() < state.deadline && Instant::now() < state.share.end;
            Ok(if in_time { UpdateDeadline::Continue(1) } else { UpdateDeadline::Interrupt })
        });
        Ok(())
    }

    fn configure(&mut self, component: &Component, settings: &str) -> Result<Instance, Failure> {
        self.phase = Phase::Instantiate;
        let instance = component.pre.instantiate(&mut self.store).map_err(|e| self.failure(&e))?;
        self.phase = Phase::Configure;
        instance
            .admit_policy_sign_up_policy()
            .call_configure(&mut self.store, settings)
            .map_err(|error| self.failure(&error))?
            .map_err(|words| Failure::SettingsRefused(reason(&words)))?;
        Ok(instance)
    }

    fn decide(&mut self, instance: &Instance, request: SignUp<'_>) -> Result<Verdict, Failure> {
        self.phase = Phase::Evaluate;
        instance
            .admit_policy_sign_up_policy()
            .call_evaluate(&mut self.store, request)
            .map_err(|error| self.failure(&error))?
            .map(Verdict::from)
            .map_err(|words| Failure::Undecided(reason(&words)))
    }

    /// Tells what stopped a guest, by what it used up and by the engine's trap.
    fn failure(&self, error: &Error) -> Failure {
        let (phase, limits, state) = (self.phase, self.limits, self.store.data());
        if error.is::<PoolConcurrencyLimitError>() {
            return Failure::Host(format!("{error:#}"));
        }
        match (error.downcast_ref::<Trap>(), state.limiter.exceeded()) {
            (Some(Trap::OutOfFuel), _) => Failure::Fuel { phase, fuel: limits.fuel },
            (Some(Trap::Interrupt), _) if state.watch.now() >= state.deadline => {
                Failure::Deadline { phase, time: limits.time }
            }
            (Some(Trap::Interrupt), _) => Failure::Budget { budget: state.share.budget },
            (trap, Some(exceeded)) if self.ended_for_lack(trap) => match exceeded {
                Exceeded::Memory => Failure::Memory { phase, memory: limits.memory },
                Exceeded::TableElements => {
                    let most = Limiter::TABLE_ELEMENTS;
                    Failure::Trap { phase, trap: format!("wants more than {most} table elements") }
                }
            },
            (Some(trap), _) => Failure::Trap { phase, trap: trap.to_string() },
            (None, _) if phase == Phase::Instantiate => Failure::NotLoaded(format!(
                "cannot be instantiated as a policy of `{}@{}`: {error:#}",
                contract::PACKAGE,
                contract::VERSION
            )),
            (None, _) => Failure::Malformed {
                phase,
                host_call: limits.host_call,
                reason: format!("{error:#}"),
            },
        }
    }

    /// Whether a guest ended because it was refused something: while it was made, or by
    /// giving up. Any other end has a cause of its own.
    fn ended_for_lack(&self, trap: Option<&Trap>) -> bool {
        match trap {
            None => self.phase == Phase::Instantiate,
            Some(trap) => *trap == Trap::UnreachableCodeReached,
        }
    }
}

fn is_fuel_known(answer: &Result<Verdict, Failure>) -> bool {
    !matches!(
        answer,
        Err(Failure::Trap { .. }
            | Failure::Deadline { .. }
            | Failure::Budget { .. }
            | Failure::Memory { .. }
            | Failure::Host(_))
    )
}
