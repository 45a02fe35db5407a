//! Black-box tests of the whole: real binaries, real components, emulators.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on ends"
)]

mod architecture;
mod audit_trail;
mod bench;
mod bootstrap;
mod bundle;
mod bundle_integrity;
mod cases;
mod check;
mod colors;
mod compiled_cache;
mod completions;
mod conformance;
mod diff;
mod emulators;
mod environment;
mod errors;
mod eval;
mod exchange;
mod expensive;
mod explain;
mod facts;
mod function_zip;
mod grants;
mod guest_builds;
mod guide;
mod hostile;
mod inspect;
mod isolation;
mod linking;
mod load;
mod long_lines;
mod memory;
mod metadata;
mod new;
mod no_policy_applies;
mod operating;
mod outbound;
mod outputs;
mod packages;
mod permissions;
mod printable;
mod privacy;
mod projects;
mod readme;
mod record;
mod regressions;
mod replay;
mod report;
mod samples;
mod schemas;
mod security;
mod serve;
mod snapshots;
mod sources;
mod tenants;
mod throttled;
mod verify;
