//! Cases: sign-ups with what is expected of each, and what comes of them in the sandbox.
//!
//! They stand in `cases.toml`, beside the `policy.toml` of a project or beside a manifest. A
//! [`Suite`] is such a file with what it is about; to run it gives [`Results`].

mod case;
mod coverage;
mod event;
mod expectation;
mod junit;
mod results;
mod subject;
mod suite;

pub(crate) use coverage::PolicyCoverage;
pub(crate) use junit::report as junit_report;
pub(crate) use results::{CaseResult, Results};
pub(crate) use subject::Subject;
pub(crate) use suite::Suite;
