//! Detects the kind of input at a path that is passed to a command.

use crate::policy_set::loaded_manifest::MANIFEST;
use admit_build::{policy_toml, project};
use admit_engine::bundle::INDEX;
use admit_package::is_zip;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The input at a path, by its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    /// A manifest, or a file of an unknown kind, which is read as one.
    Manifest(PathBuf),
    /// The folder of a policy project, or a folder of an unknown kind, which is read as one.
    Project(PathBuf),
    /// A WebAssembly component.
    Component(PathBuf),
    /// The folder of a bundle.
    Bundle(PathBuf),
    /// A deployment package.
    Package(PathBuf),
}

impl Input {
    /// Detects the kind of a folder by the files in it, and of a file by its first bytes, or by its
    /// extension if these are not conclusive.
    ///
    /// A folder with a `policy.toml` is a project even if it also has a manifest, with which the
    /// policy can be run.
    pub(crate) fn detect(path: &Path) -> Input {
        if path.is_dir() {
            return Input::detect_folder(path);
        }
        let extension = path.extension().unwrap_or_default();
        let start = first_bytes(path).unwrap_or_default();
        let path = path.to_owned();
        match start {
            [b'\0', b'a', b's', b'm'] => Input::Component(path),
            [b'P', b'K', ..] => Input::Package(path),
            _ if path.is_file() && File::open(&path).is_ok_and(is_zip) => Input::Package(path),
            _ if extension == "wasm" => Input::Component(path),
            _ if extension == "zip" => Input::Package(path),
            _ => Input::Manifest(path),
        }
    }

    /// Detects the kind of the current folder; a manifest is expected if there is nothing in it.
    pub(crate) fn here() -> Input {
        let here = Path::new(".");
        match Input::detect(here) {
            Input::Project(_) if !project::is_one(here) => Input::Manifest(MANIFEST.into()),
            input => input,
        }
    }

    fn detect_folder(folder: &Path) -> Input {
        if folder.join(INDEX).is_file() {
            Input::Bundle(folder.to_owned())
        } else if !folder.join(policy_toml::FILE).is_file() && folder.join(MANIFEST).is_file() {
            Input::Manifest(inside(folder, MANIFEST))
        } else {
            Input::Project(folder.to_owned())
        }
    }
}

/// Joins a folder and the name of a file, without a leading `./`.
pub(crate) fn inside(folder: &Path, name: &str) -> PathBuf {
    folder.strip_prefix(".").unwrap_or(folder).join(name)
}

fn first_bytes(path: &Path) -> Option<[u8; 4]> {
    let mut start = [0; 4];
    // A pipe is not read, because its bytes could not be read again.
    let mut file = path.is_file().then(|| File::open(path).ok()).flatten()?;
    file.read_exact(&mut start).ok()?;
    Some(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn files_are_detected_by_first_bytes_then_by_extension() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str, content: &str| {
            let path = folder.path().join(name);
            fs::write(&path, content).unwrap();
            (Input::detect(&path), path)
        };
        for (name, content, expected) in [
            ("a", "\0asm\r\0\u{1}\0", Input::Component as fn(PathBuf) -> Input),
            ("b.toml", "PK\u{3}\u{4}", Input::Package),
            ("c.wasm", "", Input::Component),
            ("d.zip", "# not a zip", Input::Package),
            ("e.toml", "budget = \"1s\"", Input::Manifest),
            ("f", "", Input::Manifest),
        ] {
            let (found, path) = at(name, content);
            assert_eq!(found, expected(path), "{name}");
        }
        let absent = folder.path().join("absent.wasm");
        assert_eq!(Input::detect(&absent), Input::Component(absent));
    }

    #[test]
    fn folders_are_detected_by_their_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        assert_eq!(Input::detect(&path), Input::Project(path.clone()));
        for (name, expected) in [
            (MANIFEST, Input::Manifest(path.join(MANIFEST))),
            (policy_toml::FILE, Input::Project(path.clone())),
            (INDEX, Input::Bundle(path.clone())),
        ] {
            fs::write(path.join(name), "").unwrap();
            assert_eq!(Input::detect(&path), expected, "{name}");
        }
    }
}
