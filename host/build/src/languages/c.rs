//! Builds policies in C, with clang and lld.

use super::guest_language::contents::{CASES, POLICY_TOML, README, SETTINGS};
use super::guest_language::{Builder, Files, GuestLanguage, STACK_BYTES};
use crate::build::inputs::{Report, sources};
use crate::build::output;
use crate::build::tools::{ask, nearest, run, tool};
use crate::source::Source;
use crate::templates::{SHARED, sdk, template};
use admit_component::encode;
use admit_core::{Language, Metadata};
use anyhow::{Context, bail};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

const NO_CLANG: &str =
    "install clang and lld, with your system's packages (apt-get install clang lld)";

/// The part of the SDK for policies with facts.
const FACTS: &str = "src/facts";

/// The language C, built with clang; nothing is installed into the project.
pub(super) struct C;

impl GuestLanguage for C {
    fn language(&self) -> Language {
        Language::C
    }

    fn names(&self) -> &'static [&'static str] {
        &["c"]
    }

    fn source(&self) -> &'static str {
        "src/policy.c"
    }

    fn reserved_names(&self) -> &'static [&'static str] {
        &[]
    }

    fn template(&self) -> &'static [Files] {
        &[SHARED, sdk::C, template::COMMON, template::C]
    }

    fn contents(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("src/policy.c", "the policy"),
            ("tests/", "its tests"),
            POLICY_TOML,
            SETTINGS,
            CASES,
            ("Makefile", "how its tests are built"),
            README,
            ("sdk/", "the header `admit_policy.h`, and what is linked with it"),
        ]
    }

    fn how_to_export(&self) -> &'static str {
        "define the functions that `admit_policy.h` declares"
    }

    fn files(&self, folder: &Path) -> Vec<PathBuf> {
        // Without facts: the files are those of every version of the contract.
        Project::find(folder, false).map(|project| project.files()).unwrap_or_default()
    }

    fn build(&self, folder: &Path, _: &Source, metadata: &Metadata) -> anyhow::Result<PathBuf> {
        // A policy that requests `link` requests a fact, too.
        let has_facts = !metadata.facts.is_empty();
        output::build(self, folder, metadata, |folder| Project::find(folder, has_facts))
    }
}

/// A project, with its SDK.
struct Project {
    folder: PathBuf,
    sdk: PathBuf,
    /// Whether it is built for the contract with facts.
    has_facts: bool,
}

impl Project {
    fn find(folder: &Path, has_facts: bool) -> anyhow::Result<Project> {
        let header = "include/admit_policy.h";
        let copy = nearest(folder, &format!("sdk/{header}")).map(|root| root.join("sdk"));
        let sdk = copy.or_else(|| nearest(folder, header).map(Path::to_owned));
        let Some(sdk) = sdk else {
            bail!(
                "`{}` has no SDK, nor has a folder above it: `sdk/{header}` is missing, which \
                 `admit new --lang c` writes",
                folder.display()
            );
        };
        if has_facts && !sdk.join(FACTS).is_dir() {
            bail!(
                "`{}` is an SDK without facts, which `policy.toml` requests: replace it with the \
                 `sdk` of a new project, which `admit new --lang c` makes",
                sdk.display()
            );
        }
        Ok(Project { folder: folder.to_owned(), sdk, has_facts })
    }

    /// The sources that are compiled: those of the project, then those of the SDK that belong to
    /// its version of the contract.
    fn c_files(&self) -> Vec<PathBuf> {
        let parts: &[&str] = match self.has_facts {
            true => &["src", FACTS, "src/0.2.0"],
            false => &["src", "src/0.1.0"],
        };
        let mut sdk: Vec<PathBuf> =
            parts.iter().flat_map(|part| c_files(&self.sdk.join(part))).collect();
        // By name: the order decides on the bytes, and holds wherever a file lies in the SDK.
        sdk.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
        let mut files = c_files(&self.folder.join("src"));
        files.extend(sdk);
        files
    }

    /// Compiles and links all sources to one core module.
    fn link(&self, module: &Path) -> anyhow::Result<bool> {
        let remap = |folder: &Path, name: &str| {
            let mut flag = OsString::from("-ffile-prefix-map=");
            flag.push(folder);
            flag.push(name);
            flag
        };
        let mut clang = tool("clang", &self.folder);
        clang.args(["--target=wasm32-unknown-unknown", "-std=c11", "-Os", "-flto"]);
        clang.args(["-mbulk-memory", "-ffreestanding", "-nostdlibinc", "-nostdlib"]);
        clang.args(["-fvisibility=hidden", "-Wall", "-Wextra"]);
        clang.arg("-Werror=implicit-function-declaration");
        // The same source has to give the same bytes on every machine.
        clang.arg(remap(&self.folder, "=/policy")).arg(remap(&self.sdk, "=/admit-policy"));
        clang.arg("-I").arg(self.sdk.join("include")).arg("-I").arg(self.sdk.join("libc"));
        if self.has_facts {
            clang.arg("-DADMIT_FACTS");
        }
        let link = "-Wl,--no-entry,--stack-first,--strip-all,--fatal-warnings";
        clang.arg(format!("{link},-z,stack-size={STACK_BYTES}"));
        clang.arg("-o").arg(module).args(self.c_files());
        run(&mut clang, NO_CLANG)
    }

    /// The linker is another package, and clang's error for its absence explains little.
    fn check_linker(&self) -> anyhow::Result<()> {
        let linker = ask(tool("clang", &self.folder).arg("-print-prog-name=wasm-ld"), NO_CLANG)?;
        ask(tool(linker.trim(), &self.folder).arg("--version"), NO_CLANG).map(drop)
    }
}

impl Builder for Project {
    fn files(&self) -> Vec<PathBuf> {
        ["include", "libc", "src"].iter().flat_map(|part| sources(&self.sdk.join(part))).collect()
    }

    fn build(&self, component: &Path) -> anyhow::Result<Report> {
        self.check_linker()?;
        let module = component.with_extension("module");
        if !self.link(&module)? {
            bail!("cannot build `{}`", self.folder.display());
        }
        let module = fs::read(&module).context("cannot read what clang built")?;
        let bytes = encode(module)
            .with_context(|| format!("`{}` does not build a policy", self.folder.display()))?;
        fs::write(component, bytes)?;
        Ok(Report::default())
    }
}

/// The sources in a folder, in an order that is the same everywhere.
fn c_files(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).into_iter().flatten().map_while(Result::ok);
    let is_c = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "c");
    let mut files: Vec<PathBuf> = files.map(|entry| entry.path()).filter(is_c).collect();
    files.sort();
    files
}
