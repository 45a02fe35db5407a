//! The only crate that knows Cognito's JSON: an event to a sign-up, a decision to the
//! reply.
//!
//! The event is kept as text and comes back as it was, to the byte; only the three flags
//! of its `response` are written. A typed event would drop what it does not know.

mod event;
pub mod identifiers;
mod members;
mod reply;
mod scope;

pub use event::{Event, EventError, TRIGGERS};
pub use reply::{FunctionError, Reply};
pub use scope::check_scope;
