//! A manifest with its components, built and compiled.

pub(crate) mod compile_job;
pub(crate) mod compiled_cache;
pub(crate) mod event;
pub(crate) mod facts;
pub(crate) mod json_place;
pub(crate) mod loaded_manifest;
pub(crate) mod origin;
pub(crate) mod remedy;
pub(crate) mod snapshot_job;
