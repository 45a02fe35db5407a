//! The same policies in every language of the SDKs: they say the same, fail alike, and start
//! configured.
//!
//! Rust, TypeScript, JavaScript and C are tested in every run, and Python where `ADMIT_PYTHON` is
//! set, since its components are large and take minutes to compile:
//!
//!     ADMIT_PYTHON=1 cargo test -p admit-tests conformance

mod cases;
mod differential;
mod files;
mod long_list;
mod mishaps;
mod odd;
mod settings;

use crate::snapshots::Compiled;
use admit_core::Language;
use admit_tests::Project;
use std::collections::HashMap;
use std::fs;
use std::sync::{Arc, LazyLock, Mutex, OnceLock};

/// A policy in one of the languages.
struct Written {
    language: Language,
    compiled: Compiled,
}

type All = Arc<OnceLock<Vec<Written>>>;

static WRITTEN: LazyLock<Mutex<HashMap<String, All>>> = LazyLock::new(Mutex::default);

/// A policy in each of the languages, Rust first. It is compiled once for all tests.
fn written<T>(name: &str, run: impl FnOnce(&[Written]) -> T) -> T {
    let mut written = WRITTEN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let all = Arc::clone(written.entry(name.to_owned()).or_default());
    drop(written);
    run(all.get_or_init(|| {
        let projects = Project::here("conformance", name);
        assert_eq!(projects[0].language, Language::Rust);
        let compile = |project: &Project| Written {
            language: project.language,
            compiled: Compiled::new(fs::read(project.component()).unwrap()),
        };
        projects.iter().map(compile).collect()
    }))
}

/// The same as policies side by side, whose ids are the languages.
fn side_by_side(written: &[Written]) -> Vec<(&str, &Compiled)> {
    written.iter().map(|one| (one.language.name(), &one.compiled)).collect()
}

/// Limits under which a busy machine changes nothing: what ends is ended by fuel.
const UNHURRIED: &str = "limits.time = \"4s\"";
