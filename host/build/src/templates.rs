//! The files of new projects: those of the folders in `template`, and of the SDKs, which are in no
//! registry and are copied into a project so that it builds anywhere.

use crate::languages::guest_language::Files;

include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// The files of projects in all languages that stand elsewhere in the repository.
pub(crate) const SHARED: Files = &[
    (".schemas/cases.schema.json", include_str!("../../../schemas/cases.schema.json")),
    (".schemas/policy.schema.json", include_str!("../../../schemas/policy.schema.json")),
    ("sdk/LICENSE", include_str!("../../../LICENSE")),
];
