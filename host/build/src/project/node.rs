//! Builds policies in TypeScript and JavaScript, with Node.js and npm.

use super::builder::Builder;
use super::inputs::sources;
use super::install;
use super::tools::{ask, nearest, run, tool};
use anyhow::{Context, bail};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// What to do where Node.js is missing or too old.
const NO_NODE: &str = "install Node.js 20 or newer, from nodejs.org or your system's packages \
                       (apt-get install nodejs npm)";

/// The oldest Node.js that the tools run on.
const OLDEST_NODE: u32 = 20;

/// The file by which npm installs the same everywhere.
const LOCK: &str = "package-lock.json";

/// The npm package that is the SDK, and brings the tool that builds.
const SDK: &str = "admit-policy";

/// Builds policies in TypeScript and JavaScript.
pub(super) struct Node {
    folder: PathBuf,
    /// Where npm installs.
    root: PathBuf,
}

impl Node {
    pub(super) fn of(folder: &Path) -> anyhow::Result<Node> {
        let Some(root) = nearest(folder, LOCK) else {
            bail!(
                "`{}` has no `{LOCK}`, nor has a folder above it: `npm install` writes one by its \
                 `package.json`, which names the package `{SDK}`",
                folder.display()
            );
        };
        Ok(Node { folder: folder.to_owned(), root: root.to_owned() })
    }

    /// Whether the folder that npm installs into is the SDK itself.
    fn is_sdk(&self) -> bool {
        let package = fs::read(self.root.join("package.json")).unwrap_or_default();
        let package: Value = serde_json::from_slice(&package).unwrap_or_default();
        package["name"] == SDK
    }

    /// The folder of the SDK, where it is no package of a registry, which the lock file pins.
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
        // What the lock file pins, and the file stays as it is. `npm ci` refuses one that lacks an
        // optional package, even where no registry has that, as for some machines here.
        let mut npm = tool("npm", &self.root);
        npm.args(["install", "--no-save", "--no-audit", "--no-fund"]);
        install::install(&self.root, "npm install --no-save", &mut npm, NO_NODE)
    }
}

impl Builder for Node {
    fn files(&self) -> Vec<PathBuf> {
        let mut files = sources(&self.sdk());
        let own = ["package.json", LOCK, "tsconfig.json"];
        files.extend(own.map(|file| self.root.join(file)));
        files.push(self.folder.join("tsconfig.json"));
        files
    }

    fn build(&self, component: &Path) -> anyhow::Result<Vec<PathBuf>> {
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
        let missing = format!(
            "the package `{SDK}` brings it, and `package.json` does not name that as a dependency"
        );
        if !run(&mut build, &missing)? {
            bail!("cannot build `{}`", self.folder.display());
        }
        read_list(&list)
    }
}

/// The files that went into a build, as an SDK's tool lists them.
pub(super) fn read_list(list: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let files = fs::read(list).context("the SDK does not say what it built from")?;
    serde_json::from_slice(&files).context("cannot read what the SDK built from")
}

fn modified(file: &Path) -> Option<std::time::SystemTime> {
    fs::metadata(file).and_then(|file| file.modified()).ok()
}
