//! The client against servers on this machine, most of which misbehave.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod clients;
mod connections;
mod failures;
mod linking;
mod server;
mod tls;
mod users;
