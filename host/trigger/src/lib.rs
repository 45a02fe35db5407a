//! The pre sign-up trigger, independent of Lambda: it answers events and writes records of its
//! decisions to standard output.
//!
//! A [`Trigger`] decides, and its [`Telemetry`] configures what it logs. Every line on standard
//! output is a JSON object with a `type`. The host does not log values of the person signing up
//! unless the operator stores events; policies choose the text of their own log entries.

mod diagnostics;
mod log;
mod lookups;
mod lost_lines;
mod metrics;
mod output;
mod pseudonym;
mod record;
mod services;
mod started;
mod stored_events;
mod telemetry;
mod timestamp;
mod trigger;
mod unknown;
mod write_timeout;

pub use diagnostics::{log_error, with_request};
pub use services::{LinkError, LinkErrorKind, LinkResult, LookupResult, NoServices, Services};
pub use telemetry::Telemetry;
pub use trigger::{Request, Trigger};
