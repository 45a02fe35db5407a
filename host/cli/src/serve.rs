//! The trigger behind a local implementation of Lambda's Invoke API.

pub(crate) mod invoke_api;
pub(crate) mod reloading_trigger;
