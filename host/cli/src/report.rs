//! The report about a policy set, for its reviewers: the content of the page, and the page.

mod about;
mod budgets;
mod contents;
mod found;
mod grants;
mod measured;
mod page;
mod plot;
mod settings;
mod tested;
mod untrusted_text;

pub(crate) use contents::{Evidence, Report};
pub(crate) use measured::{Measure, Measured};
pub(crate) use page::page;
pub(crate) use settings::Values;
pub(crate) use tested::Tested;
