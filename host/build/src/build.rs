//! The steps that builds in all languages share: where a component is written, the files that it was
//! built from, and how tools are installed and started.

pub(crate) mod finish;
pub(crate) mod inputs;
pub(crate) mod install;
pub(crate) mod output;
pub(crate) mod output_folder;
pub(crate) mod tools;
