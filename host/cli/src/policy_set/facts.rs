//! Reads facts from a file, in place of look-ups.

use admit_build::source::Source;
use admit_core::{Facts, LookupRequest};
use anyhow::{Context, bail};
use std::path::Path;

/// Reads the facts for these look-ups from a file.
///
/// A look-up without a fact is an error that lists every request: the tool makes none.
pub(crate) fn read(file: Option<&Path>, requests: &[LookupRequest<'_>]) -> anyhow::Result<Facts> {
    let facts = match file {
        None => Facts::default(),
        Some(file) => {
            let source = Source::read(file)
                .with_context(|| format!("cannot read the facts `{}`", file.display()))?;
            serde_json::from_str(&source.text)
                .map_err(|error| source.json_error("these are not facts", &error))?
        }
    };
    let missing: Vec<String> = requests
        .iter()
        .filter(|request| facts.get(request.name).is_none())
        .map(description)
        .collect();
    if !missing.is_empty() {
        bail!(
            "the policies need facts, and this command makes no look-ups: give the results of {} \
             with `--facts FILE`",
            missing.join(", ")
        );
    }
    Ok(facts)
}

/// Describes a look-up: its name, its kind, and the part of the sign-up that it sends.
fn description(request: &LookupRequest<'_>) -> String {
    let kind = request.lookup.kind();
    match request.lookup.sends() {
        Some(path) => format!("`{}` ({kind}, by {path})", request.name),
        None => format!("`{}` ({kind})", request.name),
    }
}
