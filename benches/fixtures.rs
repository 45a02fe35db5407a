//! Fixtures of the benchmarks: manifests, events, and bundles as `admit bundle` makes them.

#![expect(clippy::expect_used, reason = "a benchmark that cannot go on ends")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::{env, fs};

/// AWS's samples, in their order.
pub const SAMPLES: [&str; 3] = ["email-domain", "verify-contact", "minimum-username-length"];

/// How many policies a set has.
pub const SETS: [usize; 3] = [1, 10, 100];

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("benches/ is in the root")
}

/// The sign-up that the benchmarks are about.
pub fn event() -> String {
    fs::read_to_string(root().join("tests/events/sign-up.json")).expect("an event")
}

/// The sample manifest, or of it one sample alone.
pub fn samples(alone: Option<&str>) -> String {
    let manifest = fs::read_to_string(root().join("plugins/admit.toml")).expect("a manifest");
    let policies = manifest.split("[[policy]]").skip(1);
    let wanted = policies.filter(|policy| alone.is_none_or(|name| policy.contains(name)));
    let plugins = root().join("plugins");
    let component = format!("component = \"{}/", plugins.display());
    wanted
        .map(|policy| format!("[[policy]]{}", policy.replace("component = \"", &component)))
        .collect()
}

/// The first sample as it is written with one of the other SDKs.
pub fn interpreted_sample(sdk: &str) -> String {
    let example = root().join("guest-sdk").join(sdk).join("examples").join(SAMPLES[0]);
    let example = format!("component = \"{}\"", example.display());
    let plugin = root().join("plugins").join(SAMPLES[0]);
    let plugin = format!("component = \"{}\"", plugin.display());
    samples(Some(SAMPLES[0])).replace(&plugin, &example)
}

/// A manifest of this many policies, none with the settings of another.
pub fn set(policies: usize) -> String {
    (0..policies).map(|number| policy("plugins/blocked-email-domains", number, 1, "")).collect()
}

/// A manifest of the policy for long lists, with a number of entries.
pub fn list(entries: usize) -> String {
    // The longest needs this while it is parsed.
    let limits = "limits = { fuel = 10_000_000_000, memory = \"64MiB\", time = \"2s\" }\n";
    policy("tests/guests/large-domain-list", 0, entries, limits)
}

fn policy(project: &str, number: usize, entries: usize, limits: &str) -> String {
    let domains: Vec<String> =
        (0..entries).map(|entry| format!("blocked-{number}-{entry}.example")).collect();
    let component = root().join(project);
    format!(
        "[[policy]]\nid = \"p{number}\"\ncomponent = {component:?}\n\
         reads = [\"userAttributes.email\"]\nverdicts = [\"deny\"]\n{limits}\
         settings = {{ domains = {domains:?} }}\n"
    )
}

/// Makes a bundle of a manifest, under a name that no other has.
pub fn bundle(name: &str, manifest: &str) -> PathBuf {
    let folder = target().join("benches").join(name);
    fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("admit.toml");
    fs::write(&path, manifest).expect("a manifest");
    let bundle = folder.join("bundle");
    let status = Command::new(admit())
        .args(["bundle", "--manifest"])
        .arg(&path)
        .arg("-o")
        .arg(&bundle)
        .stdout(Stdio::null())
        .status();
    assert!(status.expect("admit runs").success(), "cannot bundle {}", path.display());
    bundle
}

/// The command line tool, built by the cargo that runs the benchmarks.
fn admit() -> &'static Path {
    static ADMIT: OnceLock<PathBuf> = OnceLock::new();
    ADMIT.get_or_init(|| {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(root()).args(["build", "--quiet", "--locked", "--package", "admit-cli"]);
        for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WORKSPACE_WRAPPER"] {
            cargo.env_remove(variable);
        }
        assert!(cargo.status().expect("cargo runs").success(), "cannot build admit");
        target().join("debug/admit")
    })
}

fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(target) => root().join(target),
        None => root().join("target"),
    }
}
