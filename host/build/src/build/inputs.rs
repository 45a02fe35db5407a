//! The files that a build depends on, and whether they changed since.

use admit_engine::{Digest, read_regular_file};
use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The most files of one folder that count as inputs of a build.
const MAX_FILES: usize = 10_000;

/// The largest list of files that is read.
const MAX_BYTES: u64 = 16 << 20;

/// Folders without sources: those that tools fill, and an SDK's own examples and tests.
const NOT_SOURCES: [&str; 7] =
    ["__pycache__", "build", "dist", "examples", "node_modules", "target", "tests"];

/// The files that a component was built from: a build with the same files need not run.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Inputs {
    /// The version of `admit` that built it.
    admit: String,
    component: Digest,
    /// Every file that went in; a file that did not exist has no digest.
    files: BTreeMap<PathBuf, Option<Digest>>,
    /// What the build warned of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

/// What an SDK's tool says of a build.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// The files that went in.
    pub(crate) files: Vec<PathBuf>,
    /// The warnings, which the tool has shown; each is a line.
    pub(crate) warnings: Vec<String>,
}

impl Inputs {
    /// Files as they are now, for a component that is still to be built.
    pub(crate) fn new(files: impl IntoIterator<Item = PathBuf>) -> Inputs {
        let mut inputs = Inputs {
            admit: this_admit(),
            component: Digest::new(b""),
            files: BTreeMap::new(),
            warnings: Vec::new(),
        };
        inputs.add(files);
        inputs
    }

    /// Adds files. Those that are known keep their digests.
    pub(crate) fn add(&mut self, files: impl IntoIterator<Item = PathBuf>) {
        for file in files {
            self.files.entry(file).or_insert_with_key(|file| digest_of(file));
        }
    }

    /// Records the component that was built from them, and what the build warned of.
    pub(crate) fn built(&mut self, component: &[u8], warnings: Vec<String>) {
        self.component = Digest::new(component);
        self.warnings = warnings;
    }

    /// What the build warned of.
    pub(crate) fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Reads the list that an earlier build wrote; `None` if it cannot be read.
    pub(crate) fn read(path: &Path) -> Option<Inputs> {
        serde_json::from_slice(&read_regular_file(path, MAX_BYTES).ok()?).ok()
    }

    pub(crate) fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        Ok(text)
    }

    pub(crate) fn into_files(self) -> impl Iterator<Item = PathBuf> {
        self.files.into_keys()
    }

    /// Whether a component is what a build would give now, by the files found so far.
    pub(crate) fn still_give(&self, component: &[u8], found: &Inputs) -> bool {
        self.admit == found.admit
            && self.component == Digest::new(component)
            // A new file may change what others mean.
            && found.files.iter().all(|(file, digest)| self.files.get(file) == Some(digest))
            && self.files.iter().all(|(file, digest)| match found.files.get(file) {
                Some(_) => true,
                None => digest_of(file) == *digest,
            })
    }
}

fn digest_of(file: &Path) -> Option<Digest> {
    Some(Digest::new(&fs::read(file).ok()?))
}

/// This build of the tool: one that was compiled anew may build components in another way, even
/// under the same version.
fn this_admit() -> String {
    let file = std::env::current_exe().and_then(fs::metadata);
    let built = file.and_then(|file| Ok((file.len(), file.modified()?)));
    let built = built.ok().and_then(|(length, modified)| {
        let since = modified.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(format!("{length}-{}", since.as_nanos()))
    });
    format!("{} {}", env!("CARGO_PKG_VERSION"), built.unwrap_or_default())
}

/// Reads what an SDK's tool says of a build: a list of files, or an object that has warnings too.
pub(crate) fn read_report(report: &Path) -> anyhow::Result<Report> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Form {
        Files(Vec<PathBuf>),
        Report { files: Vec<PathBuf>, warnings: Vec<String> },
    }
    let text = fs::read(report).context("the SDK did not write the list of its inputs")?;
    let form = serde_json::from_slice(&text).context("cannot read the SDK's list of its inputs")?;
    Ok(match form {
        Form::Files(files) => Report { files, warnings: Vec::new() },
        Form::Report { files, warnings } => Report { files, warnings },
    })
}

/// The files that an author wrote in a folder and those below it.
pub(crate) fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    add_sources(folder, &mut files);
    files
}

fn add_sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().map_while(Result::ok) {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') || files.len() >= MAX_FILES {
            continue;
        }
        // A link to a folder may lead anywhere, itself included.
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        match is_folder {
            true if NOT_SOURCES.contains(&&*name) => {}
            true => add_sources(&entry.path(), files),
            false => files.push(entry.path()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with two files, and what was built from them.
    fn built() -> (tempfile::TempDir, Inputs) {
        let here = tempfile::tempdir().unwrap();
        fs::create_dir_all(here.path().join("src/node_modules")).unwrap();
        fs::write(here.path().join("src/policy.ts"), "1").unwrap();
        fs::write(here.path().join("src/node_modules/more.ts"), "1").unwrap();
        fs::write(here.path().join("shared.ts"), "1").unwrap();
        let mut inputs = Inputs::new(sources(&here.path().join("src")));
        inputs.add([here.path().join("shared.ts"), here.path().join("none.ts")]);
        inputs.built(b"component", vec!["a warning".to_owned()]);
        let path = here.path().join("inputs.json");
        fs::write(&path, inputs.to_json().unwrap()).unwrap();
        assert_eq!(Inputs::read(&path).as_ref(), Some(&inputs));
        (here, inputs)
    }

    #[test]
    fn an_unchanged_project_is_not_built_again() {
        let (here, inputs) = built();
        let found = || Inputs::new(sources(&here.path().join("src")));
        assert!(inputs.still_give(b"component", &found()));
        fs::write(here.path().join("src/node_modules/more.ts"), "2").unwrap();
        assert!(inputs.still_give(b"component", &found()));
        assert!(!inputs.still_give(b"another", &found()));
        let other = Inputs { admit: "0.0.0".to_owned(), ..found() };
        assert!(!inputs.still_give(b"component", &other));
    }

    #[test]
    fn every_change_leads_to_a_build() {
        for (file, text) in [
            ("src/policy.ts", Some("2")),
            ("src/policy.ts", None),
            ("src/another.ts", Some("1")),
            ("shared.ts", Some("2")),
            ("shared.ts", None),
            ("none.ts", Some("")),
        ] {
            let (here, inputs) = built();
            let path = here.path().join(file);
            match text {
                Some(text) => fs::write(path, text).unwrap(),
                None => fs::remove_file(path).unwrap(),
            }
            let found = Inputs::new(sources(&here.path().join("src")));
            assert!(!inputs.still_give(b"component", &found), "{file}: {text:?}");
        }
    }
}
