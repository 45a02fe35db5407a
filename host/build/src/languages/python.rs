//! Policies in Python, built in a virtual environment.

use super::guest_language::contents::{CASES, POLICY_TOML, README, SETTINGS};
use super::guest_language::{Builder, Files, GuestLanguage};
use crate::atomic_file;
use crate::build::inputs::{Report, read_report, sources};
use crate::build::output_folder::refuse_link;
use crate::build::tools::{nearest, run, tool};
use crate::build::{install, output};
use crate::source::Source;
use crate::templates::{SHARED, sdk, template};
use admit_component::flatten;
use admit_core::{Language, Metadata};
use admit_engine::Digest;
use anyhow::{Context, bail};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The advice where Python is missing.
const NO_PYTHON: &str = "install Python 3.10 or newer, from python.org or your system's packages \
                         (apt-get install python3 python3-venv)";

/// The file by which pip installs the same everywhere.
const LOCK: &str = "requirements.txt";

/// The part of the SDK for policies with facts.
const CONTRACT_WITH_FACTS: &str = "policy-with-facts.wit";

/// The lists of the SDK, which pin what builds and what tests a policy.
const LISTS: Files = &[
    (LOCK, include_str!("../../../../guest-sdk/python/requirements.txt")),
    ("requirements-dev.txt", include_str!("../../../../guest-sdk/python/requirements-dev.txt")),
];

/// The language Python, built with componentize-py.
pub(super) struct Python;

impl GuestLanguage for Python {
    fn language(&self) -> Language {
        Language::Python
    }

    fn names(&self) -> &'static [&'static str] {
        &["python", "py"]
    }

    fn source(&self) -> &'static str {
        "src/policy.py"
    }

    /// The SDK, and its folder.
    fn reserved_names(&self) -> &'static [&'static str] {
        &["admit-policy", "admit_policy"]
    }

    fn template(&self) -> &'static [Files] {
        &[SHARED, sdk::PYTHON, LISTS, template::COMMON, template::PYTHON]
    }

    fn contents(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("src/policy.py", "the policy"),
            ("tests/", "its tests"),
            POLICY_TOML,
            SETTINGS,
            CASES,
            ("requirements.txt", "the tools that build it, each in one version"),
            README,
            ("sdk/", "the package `admit_policy`, so that the project builds anywhere"),
        ]
    }

    fn how_to_export(&self) -> &'static str {
        "derive a class from `Policy` in `src/policy.py`"
    }

    fn files(&self, folder: &Path) -> Vec<PathBuf> {
        // The files are the same with facts.
        Project::find(folder, false).map(|project| project.files()).unwrap_or_default()
    }

    fn build(&self, folder: &Path, _: &Source, metadata: &Metadata) -> anyhow::Result<PathBuf> {
        // A policy that requests `link` requests a fact, too.
        let has_facts = !metadata.facts.is_empty();
        output::build(self, folder, metadata, |folder| Project::find(folder, has_facts))
    }

    /// Not warmed: lookups take a tenth of a sign-up, and compiling the component takes long.
    fn finish(&self, component: Vec<u8>) -> anyhow::Result<Vec<u8>> {
        flatten(&component)
    }
}

/// A project, with the folder of its tools.
struct Project {
    folder: PathBuf,
    /// Where the tools are installed, in a virtual environment.
    root: PathBuf,
    /// Whether it is built for the contract with facts.
    has_facts: bool,
}

impl Project {
    fn find(folder: &Path, has_facts: bool) -> anyhow::Result<Project> {
        let Some(root) = nearest(folder, LOCK) else {
            bail!(
                "`{}` has no `{LOCK}`, nor has a folder above it: it pins the tools that build a \
                 policy, and `admit new --lang python` writes one",
                folder.display()
            );
        };
        let project = Project { folder: folder.to_owned(), root: root.to_owned(), has_facts };
        let sdk = project.sdk().join("admit_policy");
        if has_facts && sdk.is_dir() && !sdk.join(CONTRACT_WITH_FACTS).exists() {
            bail!(
                "`{}` is an SDK without facts, which `policy.toml` requests: replace `sdk` with \
                 that of a new project, which `admit new --lang python` makes",
                sdk.display()
            );
        }
        Ok(project)
    }

    /// The folder that has the package `admit_policy` in it.
    fn sdk(&self) -> PathBuf {
        let copy = self.root.join("sdk/src");
        if copy.is_dir() { copy } else { self.root.join("src") }
    }

    fn python(&self) -> PathBuf {
        self.root.join(".venv/bin/python")
    }

    fn install(&self) -> anyhow::Result<()> {
        let _lock = install::lock(&self.root)?;
        let read = fs::read(self.root.join(LOCK));
        let wanted = read.with_context(|| format!("cannot read `{LOCK}`"))?;
        let wanted = Digest::new(&wanted).to_string();
        // `venv --clear` empties the folder.
        refuse_link(&self.root.join(".venv"))?;
        let installed = self.root.join(".venv/admit-installed");
        if fs::read_to_string(&installed).is_ok_and(|found| found == wanted)
            && self.python().exists()
        {
            return Ok(());
        }
        // A link to a Python that was removed does not count.
        if !self.python().exists() {
            self.make_environment()?;
        }
        let mut pip = tool(self.python(), &self.root);
        pip.args(["-m", "pip", "install", "--disable-pip-version-check"]);
        pip.args(["--require-hashes", "-r", LOCK]);
        let typed = format!(".venv/bin/pip install --require-hashes -r {LOCK}");
        install::install(&self.root, &typed, &mut pip, NO_PYTHON)?;
        // Written last, so that it is absent where pip was interrupted.
        atomic_file::put(&installed, wanted.as_bytes())
            .with_context(|| format!("cannot write `{}`", installed.display()))
    }

    fn make_environment(&self) -> anyhow::Result<()> {
        let mut python = tool("python3", &self.root);
        // Debian's `venv` lacks a package that it needs, and its own error is long.
        if !run(python.args(["-c", "import venv, ensurepip"]), NO_PYTHON)? {
            bail!("this Python has no module `venv`: `apt-get install python3-venv` brings it");
        }
        let mut python = tool("python3", &self.root);
        python.args(["-m", "venv", "--clear", ".venv"]);
        install::install(&self.root, "python3 -m venv .venv", &mut python, NO_PYTHON)
    }
}

impl Builder for Project {
    fn files(&self) -> Vec<PathBuf> {
        let mut files = sources(&self.sdk());
        files.push(self.root.join(LOCK));
        files
    }

    fn build(&self, component: &Path) -> anyhow::Result<Report> {
        self.install()?;
        let list = component.with_extension("json");
        let mut build = tool(self.python(), &self.root);
        build.args(["-m", "admit_policy", "build"]).arg(&self.folder);
        build.arg("--output").arg(component).arg("--inputs").arg(&list);
        if self.has_facts {
            build.arg("--facts");
        }
        let paths = [self.sdk()]
            .into_iter()
            .chain(env::var_os("PYTHONPATH").iter().flat_map(env::split_paths).collect::<Vec<_>>());
        build.env("PYTHONPATH", env::join_paths(paths)?);
        // Compiled files would look like a change of the sources.
        build.env("PYTHONDONTWRITEBYTECODE", "1");
        if !run(&mut build, NO_PYTHON)? {
            bail!("cannot build `{}`", self.folder.display());
        }
        read_report(&list)
    }
}
