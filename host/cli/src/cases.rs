//! Cases: sign-ups with their expected results, run in the sandbox.
//!
//! Cases are in `cases.toml`, beside the `policy.toml` of a project or beside a manifest. A
//! [`Suite`] is such a file together with its subject; running it gives [`Results`].

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
