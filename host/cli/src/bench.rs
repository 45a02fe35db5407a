//! Measures the cost of policies, and compares it with a baseline.

mod comparison;
mod figures;
mod measurement;
pub(crate) mod rounds;
mod samples;
mod table;

pub(crate) use comparison::Comparison;
pub(crate) use figures::Figures;
pub(crate) use measurement::measure;
pub(crate) use samples::{Samples, event_files};
pub(crate) use table::to_text;
