//! The bindings of the contract 0.1, and conversions to the types of `admit-core`.

use crate::policy_log::{Level, PolicyLog};
use admit_core::{Denial, Flag, Limits, Log, Member, PerFlag, Verdict, View, Vote};
use wasmtime::component::{Linker, WasmStr};
use wasmtime::{Result, StoreContextMut};

mod bindings {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "policy",
        ownership: Borrowing { duplicate_if_necessary: false },
    });
}

pub(crate) use bindings::admit::policy::types::SignUp;
pub(crate) use bindings::{Policy, PolicyIndices};

use bindings::admit::policy::{log, types};

/// The package and version of the contract.
pub(crate) const PACKAGE: &str = "admit:policy";
pub(crate) const VERSION: &str = "0.1.0";
/// The interface that a component must export.
pub(crate) const EXPORT: &str = "admit:policy/sign-up-policy@0.1.0";
/// The only interface with functions that a component may import.
pub(crate) const LOG: &str = "admit:policy/log@0.1.0";
/// The interface with the contract's types; importing it grants nothing.
pub(crate) const TYPES: &str = "admit:policy/types@0.1.0";

/// Links the only import that policies are granted, the log.
pub(crate) fn link<T: 'static>(
    linker: &mut Linker<T>,
    notes: impl Fn(&mut T) -> &mut PolicyLog + Copy + Send + Sync + 'static,
) -> Result<()> {
    let mut interface = linker.instance(LOG)?;
    interface.func_wrap(
        "write",
        move |mut store: StoreContextMut<'_, T>, (level, message): (log::Level, WasmStr)| {
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

/// Converts a view to the contract's request.
pub(crate) fn request<'a>(view: &'a View<'a>) -> SignUp<'a> {
    SignUp {
        trigger_source: view.trigger_source,
        region: view.region,
        user_pool_id: view.user_pool_id,
        client_id: view.client_id,
        user_name: view.user_name,
        user_attributes: &view.members[Member::UserAttributes],
        validation_data: &view.members[Member::ValidationData],
        client_metadata: &view.members[Member::ClientMetadata],
    }
}

/// Converts a verdict. The code of a denial, which is recorded, is discarded if the manifest says
/// so or if it contains a value of the person signing up.
pub(crate) fn verdict(
    verdict: types::Verdict,
    limits: &Limits,
    log: Log,
    view: &View<'_>,
) -> Verdict {
    match verdict {
        types::Verdict::Allow(ballot) => Verdict::Allow(PerFlag::from_fn(|flag| match flag {
            Flag::Confirm => ballot.confirm.into(),
            Flag::VerifyEmail => ballot.verify_email.into(),
            Flag::VerifyPhone => ballot.verify_phone.into(),
        })),
        types::Verdict::Deny(types::Denial { code, message }) => {
            let max_chars = usize::try_from(limits.message).unwrap_or(usize::MAX);
            let denial = Denial::new(&code, &message, max_chars);
            let keep = log == Log::Record && !view.has_value_in(denial.code());
            Verdict::Deny(if keep { denial } else { denial.without_code() })
        }
    }
}

impl From<types::Vote> for Vote {
    fn from(vote: types::Vote) -> Vote {
        match vote {
            types::Vote::Abstain => Vote::Abstain,
            types::Vote::Grant => Vote::Grant,
            types::Vote::Withhold => Vote::Withhold,
        }
    }
}

impl From<log::Level> for Level {
    fn from(level: log::Level) -> Level {
        match level {
            log::Level::Debug => Level::Debug,
            log::Level::Info => Level::Info,
            log::Level::Warn => Level::Warn,
            log::Level::Error => Level::Error,
        }
    }
}
