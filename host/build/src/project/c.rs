//! Builds policies in C, with clang and lld.

use super::builder::{Builder, STACK_BYTES};
use super::inputs::sources;
use super::tools::{ask, nearest, run, tool};
use admit_component::encode;
use anyhow::{Context, bail};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

const NO_CLANG: &str =
    "install clang and lld, with your system's packages (apt-get install clang lld)";

/// Builds policies in C: with clang, and nothing to install into the project.
pub(super) struct C {
    folder: PathBuf,
    sdk: PathBuf,
}

impl C {
    pub(super) fn of(folder: &Path) -> anyhow::Result<C> {
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
        Ok(C { folder: folder.to_owned(), sdk })
    }

    /// One core module of all that is to be compiled.
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
        // The same source gives the same bytes elsewhere.
        clang.arg(remap(&self.folder, "=/policy")).arg(remap(&self.sdk, "=/admit-policy"));
        clang.arg("-I").arg(self.sdk.join("include")).arg("-I").arg(self.sdk.join("libc"));
        let link = "-Wl,--no-entry,--stack-first,--strip-all,--fatal-warnings";
        clang.arg(format!("{link},-z,stack-size={STACK_BYTES}"));
        clang.arg("-o").arg(module).args(c_files(&self.folder)).args(c_files(&self.sdk));
        run(&mut clang, NO_CLANG)
    }

    /// The linker is another package, and clang says little where it is missing.
    fn check_linker(&self) -> anyhow::Result<()> {
        let linker = ask(tool("clang", &self.folder).arg("-print-prog-name=wasm-ld"), NO_CLANG)?;
        ask(tool(linker.trim(), &self.folder).arg("--version"), NO_CLANG).map(drop)
    }
}

impl Builder for C {
    fn files(&self) -> Vec<PathBuf> {
        ["include", "libc", "src"].iter().flat_map(|part| sources(&self.sdk.join(part))).collect()
    }

    fn build(&self, component: &Path) -> anyhow::Result<Vec<PathBuf>> {
        self.check_linker()?;
        let module = component.with_extension("module");
        if !self.link(&module)? {
            bail!("cannot build `{}`", self.folder.display());
        }
        let module = fs::read(&module).context("cannot read what clang built")?;
        let bytes = encode(module)
            .with_context(|| format!("`{}` builds no policy", self.folder.display()))?;
        fs::write(component, bytes)?;
        Ok(Vec::new())
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
