//! What was measured, and on what.

use admit_engine::WASMTIME_VERSION;
use admit_tests::root;
use anyhow::Context;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

/// One line: the machine, the versions, the command.
pub(crate) fn description() -> anyhow::Result<String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = here.join("target/python/packages/bin/python");
    let packages = [("Extism", "extism"), ("regorus", "regorus"), ("Cedar", "cedar-policy")]
        .map(|(name, package)| Ok(format!("{name} {}", locked(package)?)));
    let packages = packages.into_iter().collect::<anyhow::Result<Vec<_>>>()?.join(", ");
    Ok(format!(
        "{}, Linux {}, one of {} cores; `admit` at {} with wasmtime {WASMTIME_VERSION}; {packages}; \
         {}; Node {} with `aws-lambda-ric` {}; {} with `awslambdaric` {}; by `peers/run`",
        processor()?,
        fs::read_to_string("/proc/sys/kernel/osrelease")?.trim(),
        cores()?,
        commit().as_deref().unwrap_or("an unknown commit"),
        said_by(Command::new("rustc").arg("--version").current_dir(here))?
            .split(" (")
            .next()
            .unwrap_or_default(),
        said_by(Command::new("node").args(["-p", "process.versions.node"]))?,
        node_client(here)?,
        said_by(Command::new(python).arg("--version"))?,
        python_client(here)?,
    ))
}

fn processor() -> anyhow::Result<String> {
    let text = fs::read_to_string("/proc/cpuinfo")?;
    let line = text.lines().find_map(|line| line.strip_prefix("model name"));
    let name = line.and_then(|line| line.split_once(": ")).context("a processor without a name")?;
    Ok(name.1.to_owned())
}

/// All of the machine, though this process is kept to one of them.
fn cores() -> anyhow::Result<usize> {
    let text = fs::read_to_string("/proc/cpuinfo")?;
    Ok(text.lines().filter(|line| line.starts_with("processor")).count())
}

/// The commit, with a `+` where files differ from it.
fn commit() -> anyhow::Result<String> {
    let mut git = Command::new("git");
    git.args(["describe", "--always", "--abbrev=9", "--exclude=*", "--dirty=+"]);
    said_by(git.current_dir(root()))
}

/// The version of a package in the lock file of this program.
fn locked(package: &str) -> anyhow::Result<&'static str> {
    let lock = include_str!("../Cargo.lock");
    let entry = lock.split_once(&format!("name = \"{package}\"\nversion = \""));
    let version = entry.and_then(|(_, rest)| rest.split_once('"'));
    let (version, _) = version.with_context(|| format!("`{package}` is not locked"))?;
    Ok(version)
}

fn node_client(here: &Path) -> anyhow::Result<String> {
    let file = here.join("target/node/node_modules/aws-lambda-ric/package.json");
    let package: Value = serde_json::from_str(&fs::read_to_string(file)?)?;
    Ok(package["version"].as_str().context("a package without a version")?.to_owned())
}

fn python_client(here: &Path) -> anyhow::Result<String> {
    let text = fs::read_to_string(here.join("functions/python/requirements.txt"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("awslambdaric=="));
    Ok(line.context("a list without the client")?.trim_end_matches(" \\").to_owned())
}

fn said_by(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
    anyhow::ensure!(output.status.success(), "{command:?} failed");
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_that_of_the_very_package() {
        assert_eq!(locked("cedar-policy").unwrap(), "4.14.1");
        assert_eq!(locked("extism").unwrap(), "1.41.0");
        assert!(locked("extis").is_err());
    }
}
