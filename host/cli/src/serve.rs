//! The trigger behind Lambda's Invoke API on this machine.

pub(crate) mod invoke_api;
pub(crate) mod reloading_trigger;
