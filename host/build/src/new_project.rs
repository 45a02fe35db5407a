//! New policy projects: their place and their files.

use crate::atomic_file;
use crate::languages::find;
use crate::templates;
use admit_core::Language;
use anyhow::{Context, bail};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

/// The place of a project that does not exist yet. Its last part is the policy's name.
#[derive(Debug, Clone)]
pub struct NewProject {
    folder: PathBuf,
    name: String,
}

/// The names of a language on the command line; help shows the first.
pub fn names(language: Language) -> &'static [&'static str] {
    find(language).names()
}

impl FromStr for NewProject {
    type Err = String;

    fn from_str(text: &str) -> Result<NewProject, String> {
        let folder = PathBuf::from(text);
        let name = match folder.components().next_back() {
            Some(Component::Normal(name)) => name.to_str().unwrap_or_default().to_owned(),
            _ => return Err("its last part is not a name: name a new folder".to_owned()),
        };
        check_name(&name)?;
        Ok(NewProject { folder, name })
    }
}

impl NewProject {
    /// The folder, as it was given.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Checks that the language, or its tools, have not reserved the policy's name.
    ///
    /// # Errors
    ///
    /// If they have; the message says what to do.
    pub fn check_name(&self, language: Language) -> Result<(), String> {
        let name = self.name.as_str();
        match find(language).reserved_names().contains(&name) {
            true => Err(format!(
                "{language}, or what the project is built with, has the name `{name}`: take another \
                 one"
            )),
            false => Ok(()),
        }
    }

    /// The files and folders of such a project that an author looks at, with a description of each.
    pub fn contents(language: Language) -> &'static [(&'static str, &'static str)] {
        find(language).contents()
    }

    /// Writes the project: all of it, or nothing.
    ///
    /// # Errors
    ///
    /// If something is there already, or cannot be written.
    pub fn write(&self, language: Language) -> anyhow::Result<()> {
        let folder = &self.folder;
        match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
            Ok(true) => {}
            Ok(false) => bail!("`{}` is there already, and not empty", folder.display()),
            // A dangling link counts as well.
            Err(_) if fs::symlink_metadata(folder).is_ok() => {
                bail!("`{}` is there already, and is not a folder", folder.display())
            }
            Err(_) => {}
        }
        self.write_at_once(language).with_context(|| format!("cannot make `{}`", folder.display()))
    }

    /// Makes the project beside its place, with the missing folders above it, and moves all of it
    /// there in one step.
    fn write_at_once(&self, language: Language) -> anyhow::Result<()> {
        // If the folder is a link, its target is replaced.
        let folder = self.folder.canonicalize();
        let folder = std::path::absolute(folder.as_ref().unwrap_or(&self.folder))?;
        let missing = folder.ancestors().take_while(|ancestor| !ancestor.exists()).last();
        let top = missing.unwrap_or(&folder);
        let below = folder.strip_prefix(top)?;
        let (Some(parent), Some(name)) = (top.parent(), top.file_name()) else {
            bail!("a folder cannot be made there");
        };
        if below.components().any(|part| part == Component::ParentDir) {
            bail!("there is no folder at `{}`", top.display());
        }
        let temporary = tempfile::Builder::new().prefix(".admit-").tempdir_in(parent);
        // An error with the name of the temporary folder would mean nothing to its reader.
        let temporary = temporary.map_err(|error| std::io::Error::from(error.kind()))?;
        let made = temporary.path().join(name);
        let project = made.join(below);
        for (path, text) in templates::project(find(language), &self.name) {
            write_file(&project.join(path), &text)?;
        }
        // A folder that is there is replaced only if it is still empty.
        fs::rename(&made, top)?;
        Ok(())
    }
}

fn write_file(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, text)?;
    // A script has to be executable.
    if text.starts_with("#!") {
        atomic_file::readable(path, 0o755)?;
    }
    Ok(())
}

/// Whether a policy, and a package in any language, may have this name.
fn check_name(name: &str) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
    if !begins || name.len() > 64 || !name.chars().all(fits) {
        return Err(format!(
            "`{name}` is not a name for a policy: use at most 64 lower-case letters, digits, `-` and \
             `_`, with a letter first"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        text.parse::<NewProject>().unwrap_err()
    }

    #[test]
    fn the_name_is_the_last_part_of_the_path() {
        for (text, expected) in [
            ("invite-only", "invite-only"),
            ("a", "a"),
            ("../policies/v2_rules/", "v2_rules"),
            ("/tmp/x1", "x1"),
            ("./testing", "testing"),
        ] {
            assert_eq!(text.parse::<NewProject>().unwrap().name, expected);
        }
        for text in ["", ".", "..", "a/..", "/"] {
            assert_eq!(error(text), "its last part is not a name: name a new folder", "{text}");
        }
    }

    #[test]
    fn a_name_is_one_for_a_policy_and_for_a_crate() {
        let long = "x".repeat(65);
        for name in ["Foo Bar", "Foo", "1abc", "-a", "_a", "a.b", "é", "a\n", &long] {
            assert!(error(name).starts_with(&format!("`{name}` is not a name for a policy: ")));
        }
        for name in ["test", "std", "fn", "proc-macro", "serde", "admit-policy"] {
            let expected = format!(
                "Rust, or what the project is built with, has the name `{name}`: take another one"
            );
            let project: NewProject = format!("x/{name}").parse().unwrap();
            assert_eq!(project.check_name(Language::Rust), Err(expected));
            assert_eq!(project.check_name(Language::C), Ok(()));
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_project_is_written_as_a_whole_or_not_at_all() {
        let here = tempfile::tempdir().unwrap();
        let write = |path: &str| {
            let path = here.path().join(path);
            path.to_str().unwrap().parse::<NewProject>().unwrap().write(Language::Rust)
        };

        write("deep/below/mine").unwrap();
        let project = here.path().join("deep/below/mine");
        assert_eq!(names(here.path()), ["deep"]);
        assert_eq!(names(&here.path().join("deep")), ["below"]);
        let manifest = fs::read_to_string(project.join("Cargo.toml")).unwrap();
        assert!(manifest.starts_with("[package]\nname = \"mine\"\n"), "{manifest}");
        assert_eq!(
            names(&project.join("sdk")),
            ["Cargo.toml", "LICENSE", "README.md", "rustfmt.toml", "src", "wit"]
        );

        let before = names(&project);
        let error = write("deep/below/mine").unwrap_err().to_string();
        assert!(error.ends_with("mine` is there already, and not empty"), "{error}");
        assert_eq!(names(&project), before);

        fs::create_dir(here.path().join("empty")).unwrap();
        write("empty").unwrap();
        assert_eq!(names(&here.path().join("empty")), before);

        fs::write(here.path().join("file"), "mine").unwrap();
        let error = write("file").unwrap_err().to_string();
        assert!(error.ends_with("file` is there already, and is not a folder"), "{error}");
        assert!(write("file/below").is_err());
        assert!(write("missing/../mine").is_err());
        assert_eq!(fs::read_to_string(here.path().join("file")).unwrap(), "mine");
        assert_eq!(names(here.path()), ["deep", "empty", "file"]);
    }
}
