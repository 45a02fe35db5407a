//! The pre sign-up trigger without Lambda: an event in, an answer out, and on standard
//! output the record of how it came about.
//!
//! A [`Trigger`] decides; its [`Telemetry`] says what it tells about that. Every line on
//! standard output is one JSON object with a `type`. The host writes no value of the person
//! signing up there, unless the operator has it store events; what a policy writes, it writes in
//! its own words.

mod diagnostics;
mod log;
mod lost_lines;
mod metrics;
mod output;
mod pseudonym;
mod record;
mod started;
mod stored_events;
mod telemetry;
mod timestamp;
mod trigger;
mod unknown;
mod write_timeout;

pub use diagnostics::{on_behalf_of, say_error};
pub use telemetry::Telemetry;
pub use trigger::{Request, Trigger};
