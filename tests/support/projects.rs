//! The projects of the conformance tests.

use crate::once::once;
use crate::{admit, component, is_there, root, stderr, stdout};
use admit_core::Language;
use std::path::PathBuf;
use std::{env, fs};

/// The policies that are written in every language, and say the same in all.
pub const EVERYWHERE: [&str; 5] = [
    "blocked-email-domains",
    "email-domain",
    "invitation-code",
    "minimum-username-length",
    "verify-contact",
];

/// A policy of this repository in one of the languages.
#[derive(Debug, Clone)]
pub struct Project {
    /// Its language.
    pub language: Language,
    /// Where it is.
    pub folder: PathBuf,
    name: String,
}

impl Project {
    /// A policy in each of the languages that it is written in, Rust first.
    pub fn all(name: &str) -> Vec<Project> {
        let plugin = root().join("plugins").join(name);
        let rust = if plugin.is_dir() { plugin } else { root().join("tests/guests").join(name) };
        let mut projects = vec![Project::at(rust, name)];
        for sdk in ["js", "c", "python"] {
            let folder = root().join("guest-sdk").join(sdk).join("examples").join(name);
            if folder.is_dir() {
                projects.push(Project::at(folder, name));
            }
        }
        projects
    }

    /// The same, without the languages that a test run leaves out: Python, whose policies take
    /// minutes, unless `ADMIT_PYTHON` is set, and what this machine has no tools for.
    pub fn here(test: &str, name: &str) -> Vec<Project> {
        let mut projects = Project::all(name);
        projects.retain(|project| match project.language {
            Language::Rust => true,
            Language::TypeScript | Language::JavaScript => is_there(test, "npm"),
            Language::C => is_there(test, "clang"),
            Language::Python => env::var_os("ADMIT_PYTHON").is_some() && is_there(test, "python3"),
        });
        projects
    }

    fn at(folder: PathBuf, name: &str) -> Project {
        let text = fs::read_to_string(folder.join("policy.toml")).expect("a policy project");
        let table: toml::Table = text.parse().expect("TOML");
        let language = table.get("language").and_then(toml::Value::as_str);
        let language = Language::ALL.into_iter().find(|known| Some(known.name()) == language);
        Project { language: language.unwrap_or_default(), folder, name: name.to_owned() }
    }

    /// Its component, built once for all tests.
    pub fn component(&self) -> PathBuf {
        if self.language == Language::Rust {
            return component(&self.name);
        }
        once(&format!("{} in {}", self.name, self.language.name()), || self.build())
    }

    fn build(&self) -> PathBuf {
        let output = admit().arg("build").arg(&self.folder).output().expect("admit runs");
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output).trim().into()
    }
}
