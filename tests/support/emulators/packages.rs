//! The packages of npm and PyPI that emulators and checks come from.

use crate::binaries::target;
use crate::{root, skip, stderr, stdout};
use admit_engine::Digest;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::{env, iter};

/// Packages that `tests/emulators` pins, and the program that runs them.
pub struct Packages {
    program: PathBuf,
    folder: PathBuf,
}

/// Why there are no packages.
enum Absent {
    /// This is not on the machine.
    Missing(String),
    /// Installing them went wrong, in these words.
    Failed(String),
}

static NODE: LazyLock<Result<Packages, Absent>> = LazyLock::new(|| {
    let [node, version] =
        probe("node", &["-p", "`${process.execPath}\n${process.versions.node}`"])?;
    at_least("node", &version, (20, 19))?;
    let [] = probe("npm", &["--version"])?;
    let files = ["package.json", "package-lock.json", ".npmrc"];
    let folder = install("node", &files, &[&node, &version], |folder| {
        for file in files {
            fs::copy(root().join("tests/emulators").join(file), folder.join(file)).unwrap();
        }
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder);
        run(&mut npm)
    })?;
    Ok(Packages { program: node.into(), folder })
});

static PYTHON: LazyLock<Result<Packages, Absent>> = LazyLock::new(|| {
    let probed = "import sys; print(sys.base_prefix, sys.version.split()[0], sep='\\n')";
    let [prefix, version] = probe("python3", &["-c", probed])?;
    at_least("python3", &version, (3, 10))?;
    let [] = probe("python3", &["-c", "import ensurepip, venv"])
        .map_err(|_| Absent::Missing("python3 has no `venv`".to_owned()))?;
    let folder = install("python", &["requirements.txt"], &[&prefix, &version], |folder| {
        run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
        let mut pip = Command::new(folder.join("bin/python"));
        pip.args(["-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"])
            .args(["--require-hashes", "--requirement"])
            .arg(root().join("tests/emulators/requirements.txt"));
        run(&mut pip)
    })?;
    Ok(Packages { program: folder.join("bin/python"), folder })
});

/// The packages for Node; none, and a word to the terminal, where the test has to be skipped.
pub fn node_packages(test: &str) -> Option<&'static Packages> {
    unless_missing(test, &NODE)
}

/// The packages for Python; none, and a word to the terminal, where the test has to be skipped.
pub fn python_packages(test: &str) -> Option<&'static Packages> {
    unless_missing(test, &PYTHON)
}

impl Packages {
    /// Where they are.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A program that a package for Python brings, started as the one that runs them all.
    pub fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(self.folder.join("bin").join(name));
        self.isolate(&mut command);
        command
    }

    /// The program, started in the folder, without settings of the machine that could change what
    /// it does, such as a proxy or an AWS profile.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        self.isolate(&mut command);
        command
    }

    fn isolate(&self, command: &mut Command) {
        command.current_dir(&self.folder).env_clear().env("HOME", &self.folder);
        command.envs(env::var_os("PATH").map(|path| ("PATH", path)));
    }
}

fn unless_missing(
    test: &str,
    packages: &'static Result<Packages, Absent>,
) -> Option<&'static Packages> {
    match packages {
        Ok(packages) => Some(packages),
        Err(Absent::Missing(what)) => {
            skip(test, what);
            None
        }
        Err(Absent::Failed(why)) => panic!("{why}"),
    }
}

/// The first lines that a program prints, which tells whether it is there.
fn probe<const LINES: usize>(program: &str, args: &[&str]) -> Result<[String; LINES], Absent> {
    let missing = || Absent::Missing(format!("{program} is not installed"));
    let output = Command::new(program).args(args).output().map_err(|_| missing())?;
    let text = stdout(&output);
    let lines: Vec<String> = text.lines().take(LINES).map(str::to_owned).collect();
    lines.try_into().ok().filter(|_| output.status.success()).ok_or_else(missing)
}

fn at_least(program: &str, version: &str, least: (u32, u32)) -> Result<(), Absent> {
    let mut numbers = version.split('.').map_while(|number| number.parse().ok());
    if (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= least {
        return Ok(());
    }
    let (major, minor) = least;
    Err(Absent::Missing(format!("{program} {version} is older than {major}.{minor}")))
}

/// The folder with what the files of `tests/emulators` pin; installed anew where it was for other
/// files or another program.
fn install(
    name: &str,
    files: &[&str],
    program: &[&str],
    install: impl FnOnce(&Path) -> Result<(), Absent>,
) -> Result<PathBuf, Absent> {
    let peers = target().join("peers");
    fs::create_dir_all(&peers).unwrap();
    // Other processes may be at it as well.
    let lock = File::create(peers.join(format!("{name}.lock"))).unwrap();
    lock.lock().unwrap();
    let pinned =
        files.iter().map(|file| fs::read(root().join("tests/emulators").join(file)).unwrap());
    let stamp: Vec<u8> =
        pinned.chain(iter::once(program.join("\n").into_bytes())).flatten().collect();
    let stamp = Digest::new(&stamp).to_string();
    let folder = peers.join(name);
    let stamped = folder.join("installed");
    if fs::read_to_string(&stamped).is_ok_and(|installed| installed == stamp) {
        return Ok(folder);
    }
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).unwrap();
    install(&folder)?;
    fs::write(stamped, stamp).unwrap();
    Ok(folder)
}

fn run(command: &mut Command) -> Result<(), Absent> {
    let failed = |command: &Command, why: String| Absent::Failed(format!("{command:?}: {why}"));
    let output = command.output().map_err(|error| failed(command, error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let words = format!("{}\n{}{}", output.status, stdout(&output), stderr(&output));
    Err(failed(command, words))
}
