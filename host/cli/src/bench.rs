//! What policies cost: measured, written to a file, and compared with such a file.

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
