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
        Project::find(folder).map(|project| project.files()).unwrap_or_default()
    }

    fn build(&self, folder: &Path, _: &Source, metadata: &Metadata) -> anyhow::Result<PathBuf> {
        output::build(self, folder, metadata, Project::find)
    }
}

/// A project, with its SDK.
struct Project {
    folder: PathBuf,
    sdk: PathBuf,
}

impl Project {
    fn find(folder: &Path) -> anyhow::Result<Project> {
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
        Ok(Project { folder: folder.to_owned(), sdk })
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
        let link = "-Wl,--no-entry,--stack-first,--strip-all,--fatal-warnings";
        clang.arg(format!("{link},-z,stack-size={STACK_BYTES}"));
        clang.arg("-o").arg(module).args(c_files(&self.folder)).args(c_files(&self.sdk));
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

/// The sources of a folder, in an order that is the same everywhere.
fn c_files(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder.join("src")).into_iter().flatten().map_while(Result::ok);
    let is_c = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "c");
    let mut files: Vec<PathBuf> = files.map(|entry| entry.path()).filter(is_c).collect();
    files.sort();
    files
}
