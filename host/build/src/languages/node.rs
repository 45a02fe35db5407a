//! Policies in TypeScript and JavaScript, built with Node.js and npm.

use super::guest_language::contents::{CASES, POLICY_TOML, README, SETTINGS};
use super::guest_language::{Builder, Files, GuestLanguage};
use crate::build::inputs::{Report, read_report, sources};
use crate::build::tools::{ask, nearest, run, tool};
use crate::build::{install, output};
use crate::prewarm;
use crate::source::Source;
use crate::templates::{SHARED, sdk, template};
use admit_component::flatten;
use admit_core::{Language, Metadata};
use anyhow::bail;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// The advice where Node.js is missing or too old.
const NO_NODE: &str = "install Node.js 20 or newer, from nodejs.org or your system's packages \
                       (apt-get install nodejs npm)";

/// The oldest Node.js that the tools run on.
const OLDEST_NODE: u32 = 20;

/// The file by which npm installs the same everywhere.
const LOCK: &str = "package-lock.json";

/// The npm package of the SDK, which has the tool that builds.
const SDK: &str = "admit-policy";

/// The part of the SDK for policies with facts.
const CONTRACT_WITH_FACTS: &str = "wit/0.2.0";

/// The settings of npm that the SDK itself is installed with.
const NPM_SETTINGS: Files = &[(".npmrc", include_str!("../../../../guest-sdk/js/.npmrc"))];

/// TypeScript or JavaScript; a component has the engine QuickJS in it.
pub(super) struct Node {
    language: Language,
    names: &'static [&'static str],
    source: &'static str,
    template: &'static [Files],
    contents: &'static [(&'static str, &'static str)],
    how_to_export: &'static str,
}

const PACKAGE: (&str, &str) = ("package.json", "its package");
const SDK_FOLDER: (&str, &str) =
    ("sdk/", "the package `admit-policy`, so that the project builds anywhere");

pub(super) const TYPESCRIPT: Node = Node {
    language: Language::TypeScript,
    names: &["ts", "typescript"],
    source: "src/policy.ts",
    template: &[
        SHARED,
        sdk::JS,
        NPM_SETTINGS,
        template::COMMON,
        template::COMMON_NODE,
        template::TS,
    ],
    contents: &[
        ("src/policy.ts", "the policy"),
        ("src/policy.test.ts", "its tests"),
        POLICY_TOML,
        SETTINGS,
        CASES,
        PACKAGE,
        README,
        SDK_FOLDER,
    ],
    how_to_export: "`export default definePolicy({ … })` in `src/policy.ts`",
};

pub(super) const JAVASCRIPT: Node = Node {
    language: Language::JavaScript,
    names: &["js", "javascript"],
    source: "src/policy.js",
    template: &[
        SHARED,
        sdk::JS,
        NPM_SETTINGS,
        template::COMMON,
        template::COMMON_NODE,
        template::JS,
    ],
    contents: &[
        ("src/policy.js", "the policy"),
        ("src/policy.test.js", "its tests"),
        POLICY_TOML,
        SETTINGS,
        CASES,
        PACKAGE,
        README,
        SDK_FOLDER,
    ],
    how_to_export: "`export default definePolicy({ … })` in `src/policy.js`",
};

impl GuestLanguage for Node {
    fn language(&self) -> Language {
        self.language
    }

    fn names(&self) -> &'static [&'static str] {
        self.names
    }

    fn source(&self) -> &'static str {
        self.source
    }

    /// The SDK, and the name that npm reserves.
    fn reserved_names(&self) -> &'static [&'static str] {
        &[SDK, "node_modules"]
    }

    fn template(&self) -> &'static [Files] {
        self.template
    }

    fn contents(&self) -> &'static [(&'static str, &'static str)] {
        self.contents
    }

    fn how_to_export(&self) -> &'static str {
        self.how_to_export
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

    /// Its tools put their stubs into a nested component.
    fn finish(&self, component: Vec<u8>) -> anyhow::Result<Vec<u8>> {
        prewarm::warm(flatten(&component)?)
    }
}

/// A project, with the folder of its tools.
struct Project {
    folder: PathBuf,
    /// Where npm installs.
    root: PathBuf,
    /// Whether it is built for the contract with facts.
    has_facts: bool,
}

impl Project {
    fn find(folder: &Path, has_facts: bool) -> anyhow::Result<Project> {
        let Some(root) = nearest(folder, LOCK) else {
            bail!(
                "`{}` has no `{LOCK}`, nor has a folder above it: `npm install` writes one by its \
                 `package.json`, which names the package `{SDK}`",
                folder.display()
            );
        };
        let project = Project { folder: folder.to_owned(), root: root.to_owned(), has_facts };
        let sdk = project.sdk();
        if has_facts && sdk.is_dir() && !sdk.join(CONTRACT_WITH_FACTS).is_dir() {
            bail!(
                "`{}` is an SDK without facts, which `policy.toml` requests: replace it with the \
                 `sdk` of a new project, which `admit new` makes",
                sdk.display()
            );
        }
        Ok(project)
    }

    /// Whether the folder that npm installs into is the SDK itself.
    fn is_sdk(&self) -> bool {
        let package = fs::read(self.root.join("package.json")).unwrap_or_default();
        let package: Value = serde_json::from_slice(&package).unwrap_or_default();
        package["name"] == SDK
    }

    /// The folder of the SDK. One from a registry has none; the lock file pins it.
    fn sdk(&self) -> PathBuf {
        match self.is_sdk() {
            true => self.root.clone(),
            false => self.root.join("sdk"),
        }
    }

    fn check_node(&self) -> anyhow::Result<()> {
        let version = ask(tool("node", &self.root).arg("--version"), NO_NODE)?;
        let version = version.trim();
        let major = version.trim_start_matches('v').split('.').next();
        match major.and_then(|major| major.parse::<u32>().ok()) {
            Some(major) if major >= OLDEST_NODE => Ok(()),
            _ => bail!("Node.js {version} is too old: {NO_NODE}"),
        }
    }

    fn install(&self) -> anyhow::Result<()> {
        let _lock = install::lock(&self.root)?;
        // npm writes it last: where it was interrupted, it is not there.
        let installed = modified(&self.root.join("node_modules/.package-lock.json"));
        if installed.is_some() && installed >= modified(&self.root.join(LOCK)) {
            return Ok(());
        }
        // Installs what the lock file pins, and does not change the file. `npm ci` refuses a lock file
        // without an optional package, even if no registry has that package for some machines.
        let mut npm = tool("npm", &self.root);
        npm.args(["install", "--no-save", "--no-audit", "--no-fund"]);
        install::install(&self.root, "npm install --no-save", &mut npm, NO_NODE)
    }
}

impl Builder for Project {
    fn files(&self) -> Vec<PathBuf> {
        let mut files = sources(&self.sdk());
        let own = ["package.json", LOCK, "tsconfig.json"];
        files.extend(own.map(|file| self.root.join(file)));
        files.push(self.folder.join("tsconfig.json"));
        files
    }

    fn build(&self, component: &Path) -> anyhow::Result<Report> {
        self.check_node()?;
        self.install()?;
        let list = component.with_extension("json");
        let mut build = match self.is_sdk() {
            true => {
                let mut node = tool("node", &self.root);
                node.arg(self.root.join("bin/admit-policy-js.mjs"));
                node
            }
            false => tool(self.root.join("node_modules/.bin/admit-policy-js"), &self.root),
        };
        build.arg("build").arg(&self.folder);
        build.arg("--output").arg(component).arg("--inputs").arg(&list);
        if self.has_facts {
            build.arg("--facts");
        }
        let missing = format!(
            "the package `{SDK}` brings it, and `package.json` does not name that as a dependency"
        );
        if !run(&mut build, &missing)? {
            bail!("cannot build `{}`", self.folder.display());
        }
        read_report(&list)
    }
}

fn modified(file: &Path) -> Option<std::time::SystemTime> {
    fs::metadata(file).and_then(|file| file.modified()).ok()
}
