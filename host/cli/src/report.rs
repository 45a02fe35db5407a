//! What a policy set is, for those who must trust it: everything that the page shows.

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

pub(crate) use contents::{Report, Trials};
pub(crate) use measured::{Measure, Measured};
pub(crate) use page::page;
pub(crate) use settings::Values;
pub(crate) use tested::Tested;
