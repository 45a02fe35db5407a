//! The guide says what is so: its files are written, its commands are run, their output is
//! compared, in the order in which a reader meets them. `operating.rs` does so for one chapter.

mod chapters;
mod languages;
mod links;
mod manifest;
mod session;
mod shell;
