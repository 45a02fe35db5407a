//! Cognito's JSON: reads a sign-up from an event and writes the reply.
//!
//! The event is kept as text, and the reply is that text with the flags of `response` set, because
//! a typed event would drop unknown members. No other crate depends on Cognito's JSON.

mod event;
mod event_error;
mod flag_slots;
pub mod identifiers;
mod members;
mod object;
mod reply;
mod scope;

pub use event::{Event, TRIGGERS};
pub use event_error::EventError;
pub use reply::{FunctionError, Reply};
pub use scope::check_scope;
