//! What every component goes through, whatever it was written in.

use super::source_file::source_of;
use crate::prewarm;
use admit_component::{ComponentInfo, flatten};
use admit_core::{Language, Metadata};
use anyhow::bail;
use std::borrow::Cow;
use std::path::Path;

/// Makes of what a language's tools built the component that is handed on: a policy, with what
/// it says of itself in it.
pub(super) fn finish(
    folder: &Path,
    language: Language,
    component: Vec<u8>,
    metadata: Option<&Metadata>,
) -> anyhow::Result<Vec<u8>> {
    if ComponentInfo::of(&component)?.contract().is_none() {
        bail!(
            "`{}` builds a component that is no policy: {}",
            folder.display(),
            what_a_policy_is(language)
        );
    }
    let component = match language {
        // Their tools nest what they stub in a component of its own.
        Language::TypeScript | Language::JavaScript => prewarm::warm(flatten(&component)?)?,
        // What it would look up is a tenth of a sign-up, and compiling it takes long.
        Language::Python => flatten(&component)?,
        Language::Rust | Language::C => component,
    };
    match metadata {
        Some(metadata) => admit_component::metadata::embed(&component, metadata),
        None => Ok(component),
    }
}

fn what_a_policy_is(language: Language) -> Cow<'static, str> {
    match language {
        Language::Rust => "call `admit_policy::export!` with the type that is one".into(),
        Language::TypeScript | Language::JavaScript => {
            format!("`export default definePolicy({{ … }})` in `{}`", source_of(language)).into()
        }
        Language::Python => "derive a class from `Policy` in `src/policy.py`".into(),
        Language::C => "define the functions that `admit_policy.h` declares".into(),
    }
}
