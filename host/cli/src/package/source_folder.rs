//! The folder of sources beside a bundle: the manifest and the components that its code comes from.
//!
//! The function does not need them. Reviewers do: they can read, run and compile them again, and
//! compare them with those of another version of `admit`.

use crate::package::folder::{self, Readers};
use crate::policy_set::loaded_manifest::{LoadedManifest, MANIFEST, MAX_COMPONENT};
use admit_build::policy_toml::is_inside;
use admit_core::{Manifest, PolicyId, Settings};
use admit_engine::bundle::{INDEX, Index};
use admit_engine::{Digest, policy_set_digest, read_regular_file};
use anyhow::{Context, bail};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// The sources of a bundle, which may not exist.
#[derive(Debug, Clone)]
pub(crate) struct SourceFolder {
    path: PathBuf,
    /// Another bundle whose sources would have the same place, such as the folder `function` of
    /// `function.zip`.
    namesake: Option<PathBuf>,
}

/// The first line of its manifest. A folder without it is never replaced.
const MARK: &str = "# Written by `admit bundle`, together with the components. Do not change it.\n";

/// The extension of the folder.
const ENDING: &str = "sources";

/// The number of digits of the digest in the name of a component.
const DIGITS: usize = 12;

impl SourceFolder {
    /// Returns the folder of a package or a bundle, such as `function.sources` for `function.zip`.
    pub(crate) fn beside(bundle: &Path) -> SourceFolder {
        // `.` and `..` have no name.
        let named = bundle.file_name().is_none().then(|| bundle.canonicalize().ok()).flatten();
        let bundle = named.as_deref().unwrap_or(bundle);
        let is_zip = bundle.extension().is_some_and(|extension| extension == "zip");
        if is_zip {
            return SourceFolder {
                path: bundle.with_extension(ENDING),
                namesake: Some(bundle.with_extension("").join(INDEX)),
            };
        }
        let mut name = bundle.file_name().map_or_else(|| OsString::from("bundle"), OsString::from);
        let mut zip = name.clone();
        zip.push(".zip");
        name.push(format!(".{ENDING}"));
        SourceFolder {
            path: bundle.with_file_name(name),
            namesake: Some(bundle.with_file_name(zip)),
        }
    }

    /// Uses this folder, regardless of its name.
    pub(crate) fn at(folder: &Path) -> SourceFolder {
        SourceFolder { path: folder.to_owned(), namesake: None }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns its manifest, if the manifest and the components are the sources of an index.
    pub(crate) fn manifest_of(&self, index: &Index) -> anyhow::Result<PathBuf> {
        self.policy_set(index).map(|_| self.path.join(MANIFEST))
    }

    /// Returns the settings of the policies with snapshots, if the folder has them.
    pub(crate) fn settings_of(&self, index: &Index) -> Option<BTreeMap<PolicyId, Settings>> {
        let policies = self.policy_set(index).ok()?.policies.into_iter();
        let configured = policies.filter(|policy| index.configured.contains_key(&policy.id));
        Some(configured.map(|policy| (policy.id, policy.settings)).collect())
    }

    fn policy_set(&self, index: &Index) -> anyhow::Result<Manifest> {
        let name = self.path.display();
        let file = self.path.join(MANIFEST);
        if !file.is_file() {
            bail!(
                "the manifest and the components of the bundle are not in `{name}`, where \
                 `admit bundle` puts them: put them there"
            );
        }
        let (_, manifest) = LoadedManifest::read_manifest(&file)?;
        let mut digests = BTreeMap::new();
        for policy in &manifest.policies {
            if !digests.contains_key(&policy.component) {
                // A project would be built, so only files count.
                let bytes = read_regular_file(&self.path.join(&policy.component), MAX_COMPONENT)
                    .with_context(|| format!("cannot read `{}` in `{name}`", policy.component))?;
                digests.insert(policy.component.clone(), Digest::new(&bytes));
            }
        }
        let digest =
            policy_set_digest(manifest.clone(), |name| digests.get(name).copied(), |_| None);
        if digest != index.policy_set {
            bail!(
                "`{name}` holds another policy set than the bundle: {digest}, and not {}",
                index.policy_set
            );
        }
        Ok(manifest)
    }

    /// Returns the files that `admit bundle` writes, by name.
    pub(crate) fn files(assembly: &LoadedManifest) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
        let mut files = BTreeMap::new();
        let mut manifest = assembly.manifest.clone();
        for policy in &mut manifest.policies {
            let bytes = &assembly.components[&policy.component];
            policy.component = file_name(&policy.component, Digest::new(bytes));
            files.entry(policy.component.clone()).or_insert_with(|| bytes.clone());
        }
        let text = manifest.to_toml().context("cannot write the manifest of the sources")?;
        files.insert(MANIFEST.to_owned(), (MARK.to_owned() + &text).into_bytes());
        Ok(files)
    }

    /// Refuses to replace what `admit bundle` did not write.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        let problem =
            || format!("cannot write the sources of the bundle to `{}`", self.path.display());
        if !self.path.exists() && !self.path.is_symlink() {
            return Ok(());
        }
        if let Some(other) = self.namesake.as_ref().filter(|other| other.exists()) {
            bail!(
                "{}: they are the sources of `{}`; name another place for the bundle, or leave the \
                 sources out with --no-sources",
                problem(),
                other.display()
            );
        }
        let entries = fs::read_dir(&self.path).with_context(problem)?;
        let names: Vec<OsString> = entries
            .map(|entry| entry.map(|entry| entry.file_name()))
            .collect::<Result<_, _>>()
            .with_context(problem)?;
        let is_ours = |name: &OsString| {
            name == MANIFEST || Path::new(name).extension().is_some_and(|ending| ending == "wasm")
        };
        let is_marked =
            fs::read(self.path.join(MANIFEST)).is_ok_and(|text| text.starts_with(MARK.as_bytes()));
        let is_replaceable = names.is_empty() || is_marked && names.iter().all(is_ours);
        if !is_replaceable {
            bail!(
                "{}: it holds other files than `admit bundle` put there; move them, or leave the \
                 sources out with --no-sources",
                problem()
            );
        }
        Ok(())
    }

    /// Refuses to replace what the command reads by something else.
    pub(crate) fn check_inputs(
        &self,
        files: &BTreeMap<String, Vec<u8>>,
        inputs: &[PathBuf],
    ) -> anyhow::Result<()> {
        match inputs.iter().find(|input| is_inside(input, &self.path)) {
            Some(input) if !self.holds(files) => bail!(
                "cannot write the sources of the bundle to `{}`: `{}` in it belongs to what this \
                 command reads, and would be lost: name another place for the bundle, or leave the \
                 sources out with --no-sources",
                self.path.display(),
                input.display()
            ),
            _ => Ok(()),
        }
    }

    /// Returns whether the folder has exactly these files.
    fn holds(&self, files: &BTreeMap<String, Vec<u8>>) -> bool {
        let is_there = |(name, bytes): (&String, &Vec<u8>)| {
            fs::read(self.path.join(name)).is_ok_and(|before| before == *bytes)
        };
        let count = fs::read_dir(&self.path).map_or(0, Iterator::count);
        count == files.len() && files.iter().all(is_there)
    }

    /// Replaces the files by these, unless they are the same. Only the owner can read them: the
    /// settings may be secrets.
    pub(crate) fn write(&self, files: &BTreeMap<String, Vec<u8>>) -> anyhow::Result<()> {
        self.check()?;
        if self.holds(files) {
            return Ok(());
        }
        folder::write(&self.path, files, Readers::Owner).with_context(|| {
            format!("cannot write the sources of the bundle to `{}`", self.path.display())
        })
    }
}

/// The file name of a component: its name in the manifest, and its digest.
fn file_name(component: &str, digest: Digest) -> String {
    let stem = Path::new(component).file_stem().unwrap_or_default().to_string_lossy();
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || ['-', '_'].contains(c);
    let stem: String = stem.chars().filter(is_plain).take(60).collect();
    let ending = format!("-{}", &digest.hex()[..DIGITS]);
    // A name from a folder of sources has the digest already.
    let stem = stem.strip_suffix(&ending).unwrap_or(&stem);
    format!("{stem}{ending}.wasm")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lies_beside_the_bundle() {
        for (bundle, folder) in [
            ("function.zip", "function.sources"),
            ("out/function.zip", "out/function.sources"),
            ("bundle", "bundle.sources"),
            ("out/bundle/", "out/bundle.sources"),
            ("v1.2", "v1.2.sources"),
        ] {
            assert_eq!(SourceFolder::beside(Path::new(bundle)).path(), Path::new(folder));
        }
    }

    #[test]
    fn a_component_keeps_its_name() {
        let digest = Digest::new(b"");
        let ending = format!("-{}.wasm", &digest.hex()[..DIGITS]);
        for (component, stem) in [
            ("target/email-domain.wasm", "email-domain"),
            ("policies/email-domain", "email-domain"),
            ("../a b\u{1b}[31m.wasm", "ab31m"),
            ("..", ""),
        ] {
            let name = file_name(component, digest);
            assert_eq!(name, format!("{stem}{ending}"));
            assert_eq!(file_name(&name, digest), name);
        }
    }
}
