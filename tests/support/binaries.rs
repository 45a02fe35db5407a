//! The binaries under test, built once.

use crate::once::once;
use crate::{component, root, stderr};
use admit_engine::Target;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The kind of this machine.
pub(crate) fn here() -> Target {
    Target::HERE.expect("a machine that Lambda has")
}

/// The command line tool, started in the root of the repository.
pub fn admit() -> Command {
    let mut command = Command::new(once("admit", || {
        build(&["--package", "admit-cli"]);
        let admit = target().join("debug/admit");
        // The first guest adds the Wasm target where it is missing, which rustup cannot do for
        // several tests at once.
        let guest = root().join("plugins/email-domain");
        let status = Command::new(&admit).arg("build").arg(guest).stdout(Stdio::null()).status();
        assert!(status.expect("admit runs").success(), "cannot build the first guest");
        admit
    }));
    // The cache of tests is not the cache of the user.
    command.current_dir(root()).env("ADMIT_CACHE", compiled());
    command
}

/// The folder of code that tests have compiled.
pub(crate) fn compiled() -> PathBuf {
    root().join("target/compiled")
}

/// The target folder for new policy projects. It is kept from run to run, since most of it is
/// dependencies, and shared, since they are the same for all.
pub fn target_of_projects() -> PathBuf {
    root().join("target/projects")
}

/// The Lambda function, as it is deployed: what `admit bundle --zip` builds and packs.
pub fn bootstrap() -> PathBuf {
    built_by_bundle("bootstrap", "", "")
}

/// The Lambda function with a network client.
pub fn network_bootstrap() -> PathBuf {
    let lookup = "[lookup.user]\ndirectory = { by = \"userAttributes.email\" }\n";
    built_by_bundle("bootstrap-network", lookup, "facts = { user = \"user\" }\n")
}

/// A bootstrap that `admit bundle --zip` builds for a policy with these look-ups and facts.
fn built_by_bundle(name: &str, lookups: &str, facts: &str) -> PathBuf {
    once(name, || {
        let folder = tempfile::tempdir().expect("a folder");
        let manifest = folder.path().join("admit.toml");
        let component = component("grants-everything");
        let policy = format!("{lookups}[[policy]]\nid = \"p\"\ncomponent = {component:?}\n{facts}");
        fs::write(&manifest, policy + "reads = []\nverdicts = []\n").expect("a manifest");
        let output = admit()
            .args(["bundle", "--manifest"])
            .arg(&manifest)
            .args(["--target", here().to_string().as_str(), "--zip"])
            .arg(folder.path().join("function.zip"))
            .output()
            .expect("admit runs");
        assert!(output.status.success(), "{}", stderr(&output));
        target().join(here().triple()).join("release").join(name)
    })
}

/// The three samples of AWS as one handler without sandboxes, to measure against.
pub fn native_handler() -> PathBuf {
    once("native handler", || {
        build(&["--package", "admit-native-handler", "--release"]);
        target().join("release/admit-native-handler")
    })
}

/// The cargo that runs these tests, without what it set for them alone.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WORKSPACE_WRAPPER"] {
        command.env_remove(variable);
    }
    command
}

fn build(args: &[&str]) {
    let status = cargo().args(["build", "--quiet", "--locked"]).args(args).status();
    assert!(status.expect("cargo runs").success(), "cannot build {args:?}");
}

pub(crate) fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(target) => root().join(target),
        None => root().join("target"),
    }
}
