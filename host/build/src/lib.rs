//! Builds policy projects: a folder with the source of one policy becomes a component, in any of the
//! guest languages. Makes new projects as well.

pub mod atomic_file;
mod build;
pub mod diagnostics;
mod languages;
pub mod new_project;
pub mod policy_toml;
mod prewarm;
pub mod project;
pub mod rust_toolchain;
pub mod source;
mod templates;
