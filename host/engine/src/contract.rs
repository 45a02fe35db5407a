//! The contract between host and policy, in both of its versions.
//!
//! Each version has bindings of its own, converted to the types of `admit-core`. The rest of the
//! engine does not know which version a component speaks.

mod common;
mod v0_1;
mod v0_2;

use crate::policy_log::{Level, PolicyLog};
use admit_core::{Failure, Verdict};
pub(crate) use common::{Question, TextTerms};
use wasmtime::component::{
    ComponentType, Instance as ComponentInstance, InstancePre, Lift, Linker, WasmStr,
};
use wasmtime::{Result, Store, StoreContextMut};

/// The package of the contract.
pub(crate) const PACKAGE: &str = "admit:policy";

/// A version of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    V0_1,
    V0_2,
}

impl Version {
    /// Every version, oldest first.
    pub(crate) const ALL: [Version; 2] = [Version::V0_1, Version::V0_2];

    /// The interface that a component must export.
    pub(crate) const fn export(self) -> &'static str {
        match self {
            Version::V0_1 => "admit:policy/sign-up-policy@0.1.0",
            Version::V0_2 => "admit:policy/sign-up-policy@0.2.0",
        }
    }

    /// The only interface with functions that a component may import.
    pub(crate) const fn log(self) -> &'static str {
        match self {
            Version::V0_1 => "admit:policy/log@0.1.0",
            Version::V0_2 => "admit:policy/log@0.2.0",
        }
    }

    /// The interface with the contract's types; importing it grants nothing.
    pub(crate) const fn types(self) -> &'static str {
        match self {
            Version::V0_1 => "admit:policy/types@0.1.0",
            Version::V0_2 => "admit:policy/types@0.2.0",
        }
    }

    /// The number of the version.
    pub(crate) const fn number(self) -> &'static str {
        match self {
            Version::V0_1 => "0.1.0",
            Version::V0_2 => "0.2.0",
        }
    }
}

/// The exports of a component, found before it is instantiated.
pub(crate) enum Exports {
    V0_1(v0_1::PolicyIndices),
    V0_2(v0_2::PolicyIndices),
}

/// An instance of a component.
pub(crate) enum Instance {
    V0_1(v0_1::Policy),
    V0_2(v0_2::Policy),
}

impl Exports {
    /// Returns the version that the component speaks.
    pub(crate) fn version(&self) -> Version {
        match self {
            Exports::V0_1(_) => Version::V0_1,
            Exports::V0_2(_) => Version::V0_2,
        }
    }

    /// Finds the exports of a version.
    pub(crate) fn find<T>(pre: &InstancePre<T>, version: Version) -> Result<Exports> {
        match version {
            Version::V0_1 => v0_1::PolicyIndices::new(pre).map(Exports::V0_1),
            Version::V0_2 => v0_2::PolicyIndices::new(pre).map(Exports::V0_2),
        }
    }

    /// Finds the exports in an instance.
    pub(crate) fn load<T: 'static>(
        &self,
        store: &mut Store<T>,
        instance: &ComponentInstance,
    ) -> Result<Instance> {
        match self {
            Exports::V0_1(indices) => indices.load(store, instance).map(Instance::V0_1),
            Exports::V0_2(indices) => indices.load(store, instance).map(Instance::V0_2),
        }
    }
}

impl Instance {
    /// Calls `configure`.
    pub(crate) fn call_configure<T: 'static>(
        &self,
        store: &mut Store<T>,
        settings: &str,
    ) -> Result<Result<(), String>> {
        match self {
            Instance::V0_1(policy) => {
                policy.admit_policy_sign_up_policy().call_configure(store, settings)
            }
            Instance::V0_2(policy) => {
                policy.admit_policy_sign_up_policy().call_configure(store, settings)
            }
        }
    }

    /// Calls `evaluate`. The inner error is the policy's own; the verdict may be a failure, if it
    /// names a user that the policy was not shown.
    pub(crate) fn call_evaluate<T: 'static>(
        &self,
        store: &mut Store<T>,
        question: Question<'_>,
        terms: TextTerms<'_>,
    ) -> Result<Result<Result<Verdict, Failure>, String>> {
        match self {
            Instance::V0_1(policy) => v0_1::evaluate(policy, store, question.view)
                .map(|answer| answer.map(|verdict| Ok(v0_1::verdict(verdict, terms, question)))),
            Instance::V0_2(policy) => v0_2::evaluate(policy, store, question)
                .map(|answer| answer.map(|verdict| v0_2::verdict(verdict, terms, question))),
        }
    }
}

/// Links the only import that policies are granted, the log, in every version.
pub(crate) fn link<T: 'static>(
    linker: &mut Linker<T>,
    notes: impl Fn(&mut T) -> &mut PolicyLog + Copy + Send + Sync + 'static,
) -> Result<()> {
    link_log::<T, v0_1::Level>(linker, Version::V0_1, notes)?;
    link_log::<T, v0_2::Level>(linker, Version::V0_2, notes)
}

fn link_log<T: 'static, L: ComponentType + Lift + Into<Level> + Send + Sync + 'static>(
    linker: &mut Linker<T>,
    version: Version,
    notes: impl Fn(&mut T) -> &mut PolicyLog + Copy + Send + Sync + 'static,
) -> Result<()> {
    let mut interface = linker.instance(version.log())?;
    interface.func_wrap(
        "write",
        move |mut store: StoreContextMut<'_, T>, (level, message): (L, WasmStr)| {
            if notes(store.data_mut()).is_full() {
                // The message of a dropped entry is not copied from the guest.
                notes(store.data_mut()).write(level.into(), "");
                return Ok(());
            }
            let message = message.to_str(&store)?.into_owned();
            notes(store.data_mut()).write(level.into(), &message);
            Ok(())
        },
    )
}
