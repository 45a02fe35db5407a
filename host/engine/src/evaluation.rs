//! The evaluation of one policy in a sandbox.

use crate::admission::InvalidComponent;
use crate::contract::{Instance, Question, TextTerms};
use crate::cpu_time::CpuTime;
use crate::engine::{Component, Engine};
use crate::hash::Digest;
use crate::limiter::{Exceeded, Limiter};
use crate::policy_log::{PolicyLog, reason};
use crate::snapshot::start::Snapshot;
use crate::state::{State, Stopped};
use crate::time_slice::{TimeSlice, UsedUp};
use admit_core::{Failure, Limits, Log, Phase, Size, Verdict};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};
use wasmtime::{Error, PoolConcurrencyLimitError, Store, Trap, UpdateDeadline};

/// The result of evaluating one policy for one sign-up, and its cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// The digest of the component, if it is known.
    pub component: Option<Digest>,
    /// The verdict, or the reason why there is none.
    pub answer: Result<Verdict, Failure>,
    /// The entries that it wrote to the log.
    pub notes: PolicyLog,
    /// Units of fuel used; the same on every machine. `None` if the guest was stopped in the middle
    /// of a function, whose fuel the engine had not counted yet.
    pub fuel: Option<u64>,
    /// Bytes of linear memory at the end, summed over all memories.
    pub memory: Size,
    /// The time on this machine, from instantiation to the verdict.
    pub time: Duration,
    /// The part of the fuel and the time that was used when `configure` returned. `None` if it did
    /// not return.
    pub configured: Option<Configured>,
    /// Whether to evaluate the policy again, since it got hardly any processor time in its time
    /// slice.
    pub(crate) was_cut_short: bool,
}

/// The cost of instantiating and configuring a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Configured {
    /// Units of fuel used; the same on every machine.
    pub fuel: u64,
    /// The time on this machine.
    pub time: Duration,
}

/// How an instance is configured.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Setup<'a> {
    /// By calling `configure` with these settings.
    Settings(&'a str),
    /// By starting from a snapshot that was taken after `configure`.
    Snapshot(Snapshot),
}

/// An evaluation in progress, with its limits and its phase.
pub(crate) struct Sandbox<'a> {
    pub(crate) store: Store<State>,
    limits: &'a Limits,
    log: Log,
    phase: Phase,
    started: Instant,
    configured: Option<Configured>,
}

impl Evaluation {
    /// Creates the result for a policy that could not be run.
    pub(crate) fn failed(failure: Failure) -> Evaluation {
        Evaluation {
            component: None,
            answer: Err(failure),
            notes: PolicyLog::default(),
            fuel: None,
            memory: Size::from_kib(0),
            time: Duration::ZERO,
            configured: None,
            was_cut_short: false,
        }
    }
}

impl Engine {
    /// Instantiates, configures, evaluates once, and drops everything.
    pub(crate) fn evaluate(
        &self,
        component: &Component,
        (limits, log): (&Limits, Log),
        setup: Setup<'_>,
        question: Question<'_>,
        share: TimeSlice,
    ) -> Evaluation {
        self.sandboxed((limits, log), share, |sandbox| {
            let instance = sandbox.configure(component, setup)?;
            sandbox.decide(&instance, question)
        })
    }

    /// Checks the settings of a policy: instantiates it, configures it, and drops everything.
    /// Returns the cost.
    pub fn check_settings(
        &self,
        component: &Component,
        limits: &Limits,
        settings: &str,
    ) -> Result<Configured, Failure> {
        // The check has no deadline of its own: the policy's limits end it.
        self.try_settings(component, (limits, Log::Record), settings, NO_DEADLINE)
    }

    /// Checks the settings of a policy within the time left.
    pub(crate) fn try_settings(
        &self,
        component: &Component,
        (limits, log): (&Limits, Log),
        settings: &str,
        left: Duration,
    ) -> Result<Configured, Failure> {
        let _running = self.clock.run();
        let share = self.whole_slice(left);
        let evaluation = self.sandboxed((limits, log), share, |sandbox| {
            let setup = Setup::Settings(settings);
            sandbox.configure(component, setup).map(|_| Verdict::Allow(Default::default()))
        });
        let nothing = Configured { fuel: 0, time: Duration::ZERO };
        evaluation.answer.map(|_| evaluation.configured.unwrap_or(nothing))
    }

    /// Returns the time slice of a policy that shares the time left with no other.
    pub(crate) fn whole_slice(&self, left: Duration) -> TimeSlice {
        let (end, last) = (self.clock.now().after(left), Instant::now() + left);
        TimeSlice { budget: left.into(), length: left, own: end, whole: end, own_last: last, last }
    }

    fn sandboxed(
        &self,
        (limits, log): (&Limits, Log),
        share: TimeSlice,
        run: impl FnOnce(&mut Sandbox<'_>) -> Result<Verdict, Failure>,
    ) -> Evaluation {
        // A panic of the host while a guest runs becomes a failure of that policy. Otherwise its
        // message would reach the person signing up.
        catch_unwind(AssertUnwindSafe(|| {
            let mut sandbox = self.sandbox(limits, log, share);
            let answer = sandbox.limit().and_then(|()| run(&mut sandbox));
            let used = sandbox.fuel_used();
            let (started, configured) = (sandbox.started, sandbox.configured);
            let state = sandbox.store.into_data();
            let was_cut_short = state.stopped == Some(Stopped::TimeSlice(UsedUp::Turn));
            Evaluation {
                component: None,
                fuel: is_fuel_known(&answer).then_some(used),
                answer,
                notes: state.notes,
                memory: Size::from_bytes(state.limiter.memory()),
                time: started.elapsed(),
                configured,
                was_cut_short,
            }
        }))
        .unwrap_or_else(|_| {
            Evaluation::failed(Failure::Host("panicked while the policy ran".to_owned()))
        })
    }

    pub(crate) fn sandbox<'a>(
        &self,
        limits: &'a Limits,
        log: Log,
        share: TimeSlice,
    ) -> Sandbox<'a> {
        let started = Instant::now();
        let cpu_time = if limits.memory > Limits::default().memory {
            // Filling that much memory takes long and cannot be interrupted.
            CpuTime::from_now()
        } else {
            CpuTime::from_first_reading()
        };
        let state = State {
            limiter: Limiter::new(limits),
            notes: PolicyLog::new(limits, log),
            watch: self.clock.watch(),
            cpu_time,
            share,
            stopped: None,
        };
        let store = Store::new(&self.inner, state);
        Sandbox { store, limits, log, phase: Phase::Instantiate, started, configured: None }
    }
}

impl Sandbox<'_> {
    pub(crate) fn limit(&mut self) -> Result<(), Failure> {
        let store = &mut self.store;
        store.set_fuel(self.limits.fuel).map_err(|error| Failure::Host(format!("{error:#}")))?;
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(
            usize::try_from(self.limits.host_call.bytes()).unwrap_or(usize::MAX),
        );
        store.set_max_component_handles(count(self.limits.handles));
        let time = self.limits.time.duration();
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |mut store| {
            let state = store.data_mut();
            let computed = state.cpu_time.elapsed();
            if computed >= time {
                state.stopped = Some(Stopped::Deadline);
            } else {
                let used_up = state.share.used_up(state.watch.now(), computed);
                state.stopped = used_up.map(Stopped::TimeSlice);
            }
            Ok(match state.stopped {
                None => UpdateDeadline::Continue(1),
                Some(_) => UpdateDeadline::Interrupt,
            })
        });
        Ok(())
    }

    fn configure(&mut self, component: &Component, setup: Setup<'_>) -> Result<Instance, Failure> {
        let instance = self.instantiate(component)?;
        let instance = component.exports.load(&mut self.store, &instance).map_err(|error| {
            let reason = format!("{error:#}");
            let version = component.exports.version().number();
            Failure::NotLoaded(InvalidComponent::Contract { version, reason }.to_string())
        })?;
        match setup {
            Setup::Settings(settings) => self.call_configure(&instance, settings)?,
            Setup::Snapshot(Snapshot { fuel }) => self.charge_fuel(fuel)?,
        }
        self.configured = Some(Configured { fuel: self.fuel_used(), time: self.started.elapsed() });
        Ok(instance)
    }

    pub(crate) fn instantiate(
        &mut self,
        component: &Component,
    ) -> Result<wasmtime::component::Instance, Failure> {
        self.phase = Phase::Instantiate;
        component.pre.instantiate(&mut self.store).map_err(|error| self.failure(&error))
    }

    pub(crate) fn call_configure(
        &mut self,
        instance: &Instance,
        settings: &str,
    ) -> Result<(), Failure> {
        self.phase = Phase::Configure;
        instance
            .call_configure(&mut self.store, settings)
            .map_err(|error| self.failure(&error))?
            .map_err(|message| Failure::SettingsRefused(reason(&message, self.log)))
    }

    /// Sets the fuel used to the amount that was used before the snapshot. It includes the
    /// instantiation, which may have taken more or less fuel here.
    fn charge_fuel(&mut self, fuel: u64) -> Result<(), Failure> {
        let left = self.limits.fuel.saturating_sub(fuel);
        self.store.set_fuel(left).map_err(|error| Failure::Host(format!("{error:#}")))
    }

    pub(crate) fn decide(
        &mut self,
        instance: &Instance,
        question: Question<'_>,
    ) -> Result<Verdict, Failure> {
        self.phase = Phase::Evaluate;
        let terms = TextTerms { limits: self.limits, log: self.log };
        instance
            .call_evaluate(&mut self.store, question, terms)
            .map_err(|error| self.failure(&error))?
            .unwrap_or_else(|message| Err(Failure::Undecided(reason(&message, self.log))))
    }

    /// Determines the failure from the limits that were exceeded and from the engine's error.
    fn failure(&self, error: &Error) -> Failure {
        let (phase, limits, state) = (self.phase, self.limits, self.store.data());
        if error.is::<PoolConcurrencyLimitError>() {
            return Failure::Host(format!("{error:#}"));
        }
        let resources = |reason| Failure::Resources { phase, reason };
        match (error.downcast_ref::<Trap>(), state.limiter.exceeded()) {
            (Some(Trap::OutOfFuel), _) => Failure::Fuel { phase, fuel: limits.fuel },
            (Some(Trap::Interrupt), _) => match state.stopped {
                Some(Stopped::TimeSlice(_)) => Failure::Budget { budget: state.share.budget },
                _ => Failure::Deadline { phase, time: limits.time },
            },
            (trap, Some(exceeded)) if self.ended_by_refusal(trap) => match exceeded {
                Exceeded::Memory => Failure::Memory { phase, memory: limits.memory },
                Exceeded::TableElements => resources(format!(
                    "more than {} table elements (`limits.table-elements`)",
                    limits.table_elements
                )),
            },
            (Some(trap), _) => Failure::Trap { phase, trap: trap.to_string() },
            // Linking succeeded when the component was loaded, so if none of it has run, it must
            // have too many instances, memories or tables.
            (None, _) if phase == Phase::Instantiate && self.has_all_fuel() => resources(format!(
                "`limits.instances` allows {}, `limits.memories` {} and `limits.tables` {}; \
                 {error:#}",
                limits.instances, limits.memories, limits.tables
            )),
            (None, _) => Failure::Malformed {
                phase,
                host_call: limits.host_call,
                handles: limits.handles,
                reason: without_numbers(&format!("{error:#}")),
            },
        }
    }

    pub(crate) fn fuel_used(&self) -> u64 {
        self.limits.fuel.saturating_sub(self.store.get_fuel().unwrap_or(0))
    }

    fn has_all_fuel(&self) -> bool {
        self.store.get_fuel().is_ok_and(|fuel| fuel == self.limits.fuel)
    }

    /// Returns whether a guest ended because a resource was refused: during instantiation, or by an
    /// `unreachable` trap. Any other trap has another cause.
    fn ended_by_refusal(&self, trap: Option<&Trap>) -> bool {
        match trap {
            None => self.phase == Phase::Instantiate,
            Some(trap) => *trap == Trap::UnreachableCodeReached,
        }
    }
}

/// Replaces the numbers in the engine's message. Some come from the guest, which could leak a part
/// of a sign-up in them.
fn without_numbers(reason: &str) -> String {
    let mut kept = String::new();
    for c in reason.replace("utf-8", "UTF").chars() {
        match c {
            '0'..='9' if kept.ends_with('N') => {}
            '0'..='9' => kept.push('N'),
            c => kept.push(c),
        }
    }
    kept
}

/// A time longer than any limit.
pub(crate) const NO_DEADLINE: Duration = Duration::from_secs(60);

fn count(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

fn is_fuel_known(answer: &Result<Verdict, Failure>) -> bool {
    !matches!(
        answer,
        Err(Failure::Trap { .. }
            | Failure::Deadline { .. }
            | Failure::Budget { .. }
            | Failure::Host(_))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_engine_messages_are_replaced() {
        for (message, kept) in [
            ("unexpected discriminant: 206555010", "unexpected discriminant: N"),
            (
                "invalid utf-8 sequence of 1 bytes from index 12",
                "invalid UTF sequence of N bytes from index N",
            ),
            ("return pointer not aligned", "return pointer not aligned"),
        ] {
            assert_eq!(without_numbers(message), kept);
        }
    }
}
