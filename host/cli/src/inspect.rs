//! What `admit inspect` shows, of a component and of what is deployed.

mod component;
mod grants;
mod lines;
mod lookups;
mod package;

pub(crate) use component::ComponentReport;
pub(crate) use lookups::LookupInfo;
pub(crate) use package::PackageInfo;
