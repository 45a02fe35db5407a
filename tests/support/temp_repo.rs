//! Folders in which the commands of a document run.

use crate::{admit, cargo, root};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A folder in which the commands of a document find what they name, and may write.
pub struct TempRepo(TempDir);

impl TempRepo {
    /// Makes one that looks like the root of the repository, with `admit` on its path.
    pub fn new() -> TempRepo {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["plugins", "tests"] {
            symlink(root().join(name), folder.path().join(name)).expect("a link");
        }
        fs::create_dir(folder.path().join("bin")).expect("a folder");
        symlink(admit().get_program(), folder.path().join("bin/admit")).expect("a link");
        TempRepo(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// A shell that runs this in it.
    pub fn shell(&self, script: &str) -> Command {
        self.program("sh", &["-e", "-c", script])
    }

    /// A program, started in it.
    pub fn program(&self, name: &str, args: &[&str]) -> Command {
        let path = std::env::var("PATH").expect("a path");
        let path = format!("{}:{path}", self.path().join("bin").display());
        let mut program = Command::new(name);
        program.args(args).current_dir(self.path()).env("PATH", path);
        // Variables that cargo set for the tests would affect what they build.
        for (name, value) in cargo().get_envs() {
            if value.is_none() {
                program.env_remove(name);
            }
        }
        program
    }
}

impl Default for TempRepo {
    fn default() -> TempRepo {
        TempRepo::new()
    }
}
