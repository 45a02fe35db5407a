//! Bundles and deployment packages.

use crate::binaries::{here, target};
use crate::once::once;
use crate::{admit, bootstrap, component, network_bootstrap, sample_manifest, stderr};
use admit_core::Manifest;
use admit_engine::bundle::{Entry, INDEX, Index, file_name};
use admit_engine::{CodeHash, Compiler, Digest, InvalidComponent, Target};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A bundle that is removed after the test.
pub struct Bundle(TempDir);

impl Bundle {
    /// The bundle that `admit bundle` makes of a manifest.
    pub fn of(manifest: &Path) -> Bundle {
        let folder = tempfile::tempdir().unwrap();
        let output = admit()
            .arg("bundle")
            .arg("--manifest")
            .arg(manifest)
            .arg("-o")
            .arg(folder.path().join("bundle"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        Bundle(folder)
    }

    /// The bundle of a manifest with these lines, in which `puppet` names that guest.
    pub fn with(manifest: &str) -> Bundle {
        let folder = tempfile::tempdir().unwrap();
        let path = write_manifest(folder.path(), manifest);
        Bundle::of(&path)
    }

    /// The bundle of the sample manifest: a copy, which a test may damage.
    pub fn sample() -> Bundle {
        let whole = once("sample bundle", || {
            let bundle = Bundle::of(&sample_manifest());
            let kept = target().join("once/bundle");
            let _ = fs::remove_dir_all(&kept);
            copy_files(&bundle.path(), &kept);
            kept
        });
        let bundle = Bundle(tempfile::tempdir().unwrap());
        copy_files(&whole, &bundle.path());
        bundle
    }

    /// The bundle of a manifest whose components are guests by their names, without a check that they
    /// are policies, as an attacker could deploy one. The compiler may refuse a guest all the same.
    pub fn unchecked(manifest: &str) -> Result<Bundle, InvalidComponent> {
        Bundle::of_components(manifest, |name| fs::read(component(name)).unwrap())
    }

    /// The same, of components that `source` makes.
    pub fn of_components(
        manifest: &str,
        source: impl Fn(&str) -> Vec<u8>,
    ) -> Result<Bundle, InvalidComponent> {
        let manifest = Manifest::from_toml("admit.toml", manifest).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bundle");
        fs::create_dir(&path).unwrap();
        let target = Target::HERE.expect("a machine that Lambda has");
        let compiler = Compiler::for_target(target).unwrap();
        let mut components = BTreeMap::new();
        for policy in &manifest.policies {
            if components.contains_key(&policy.component) {
                continue;
            }
            let source = source(&policy.component);
            let compiled = compiler.compile(&source)?;
            let code_hash = CodeHash::new(&compiled);
            let entry = Entry { source: Digest::new(&source), compiled: Some(code_hash) };
            fs::write(path.join(file_name(code_hash)), compiled).unwrap();
            components.insert(policy.component.clone(), entry);
        }
        let index = Index::new(manifest, target, components);
        fs::write(path.join(INDEX), index.to_text().unwrap()).unwrap();
        Ok(Bundle(folder))
    }

    /// Its folder.
    pub fn path(&self) -> PathBuf {
        self.0.path().join("bundle")
    }

    /// The compiled file of a component, by the name that the manifest gives it, or of the first
    /// policy that has it.
    pub fn compiled(&self, name: &str) -> PathBuf {
        let index = fs::read_to_string(self.path().join(INDEX)).unwrap();
        let index = Index::from_text(&index).unwrap();
        let policies = index.manifest().unwrap().policies;
        let own = policies.iter().filter(|policy| policy.component == name);
        let mut own = own.filter_map(|policy| Some(index.configured.get(&policy.id)?.compiled));
        let compiled = index.components[name].compiled.or_else(|| own.next());
        self.path().join(file_name(compiled.unwrap()))
    }
}

/// The sample manifest with the components of its policies, which commands need not build.
pub fn sample_of_components() -> PathBuf {
    once("samples", || {
        let sample = fs::read_to_string(sample_manifest()).unwrap();
        let lines = sample.lines().map(|line| match line.strip_prefix("component = ") {
            Some(name) => format!("component = {:?}\n", component(name.trim_matches('"'))),
            None => format!("{line}\n"),
        });
        let manifest: String = lines.collect();
        let path = target().join("once/samples.toml");
        fs::write(&path, manifest).unwrap();
        path
    })
}

/// A deployment package that is removed after the test.
pub struct FunctionZip(TempDir);

impl FunctionZip {
    /// The package that `admit bundle --zip` makes of a manifest with these lines.
    pub fn with(manifest: &str) -> FunctionZip {
        FunctionZip::with_bootstrap(manifest, &bootstrap())
    }

    /// The package of a manifest with look-ups, which needs a network client.
    pub fn with_network(manifest: &str) -> FunctionZip {
        FunctionZip::with_bootstrap(manifest, &network_bootstrap())
    }

    fn with_bootstrap(manifest: &str, bootstrap: &Path) -> FunctionZip {
        let folder = tempfile::tempdir().unwrap();
        let manifest = write_manifest(folder.path(), manifest);
        let zip = FunctionZip(folder);
        let output = admit()
            .args(["bundle", "--target", &here().to_string(), "--manifest"])
            .arg(manifest)
            .arg("--bootstrap")
            .arg(bootstrap)
            .arg("--zip")
            .arg(zip.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        zip
    }

    /// The file.
    pub fn path(&self) -> PathBuf {
        self.0.path().join("function.zip")
    }
}

fn copy_files(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// Writes a manifest in which `puppet` names that guest.
fn write_manifest(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("admit.toml");
    let puppet = format!("{:?}", component("puppet"));
    fs::write(&path, text.replace("\"puppet\"", &puppet)).unwrap();
    path
}
