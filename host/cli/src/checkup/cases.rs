//! The cases that a policy or a manifest is tested by.

use super::Subject;
use crate::finding::{Findings, Place, Rule};
use std::path::Path;

/// The file that holds them, beside `admit.toml` or `policy.toml`.
const FILE: &str = "cases.toml";

/// The cases of a manifest as a whole.
pub(super) fn check_manifest(file: &str, folder: &Path, findings: &mut Findings) {
    if let Some(message) = missing(folder) {
        findings.add(Rule::NoCases, Place::File(file.to_owned()), message);
    }
}

/// The cases of a policy project; a component alone has none.
pub(super) fn check_project(subject: &Subject<'_>, path: &Path, findings: &mut Findings) {
    if path.is_dir()
        && let Some(message) = missing(path)
    {
        subject.add(findings, Rule::NoCases, subject.component_place(), message);
    }
}

fn missing(folder: &Path) -> Option<String> {
    let file = folder.join(FILE);
    (!file.is_file()).then(|| format!("there is no `{}` to test it by", file.display()))
}
