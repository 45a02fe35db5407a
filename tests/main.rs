//! Black-box tests of the whole: real binaries, real components, emulators.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on ends"
)]

mod ahead;
mod arrows;
mod audit_trail;
mod bench;
mod bootstrap;
mod bundle;
mod cases;
mod check;
mod circles;
mod colors;
mod compiled_cache;
mod completions;
mod conformance;
mod diff;
mod environment;
mod errors;
mod eval;
mod exchange;
mod function_zip;
mod grants;
mod guest_builds;
mod guide;
mod hostile;
mod inspect;
mod load;
mod loading;
mod long_lines;
mod memory;
mod metadata;
mod neighbours;
mod new;
mod nobody_applies;
mod operating;
mod outputs;
mod peers;
mod privacy;
mod projects;
mod rails;
mod readme;
mod record;
mod replay;
mod report;
mod samples;
mod schemas;
mod security;
mod serve;
mod sources;
mod tenants;
mod throttled;
mod verify;
mod why;
