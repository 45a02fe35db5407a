//! `admit bundle`: what the Lambda loads.

use admit_engine::CodeHash;
use admit_tests::{admit, component, sample_manifest, stderr, stdout};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

fn bundle(manifest: &Path, folder: &Path, target: &str) -> std::process::Output {
    let mut command = admit();
    command.arg("bundle").arg("--manifest").arg(manifest).arg("-o").arg(folder);
    command.args(["--target", target]).output().unwrap()
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(path).unwrap())
        })
        .collect()
}

#[test]
fn a_bundle_is_the_same_each_time_for_either_machine() {
    let folder = tempfile::tempdir().unwrap();
    for target in ["x86_64", "arm64"] {
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        for path in [&one, &two] {
            let output = bundle(&sample_manifest(), path, target);
            assert!(output.status.success(), "{}", stderr(&output));
        }
        let files = files(&one);
        assert_eq!(files.len(), 5, "an index, what it is about, and three policies");
        assert!(files == self::files(&two), "{target}: the bytes differ");
        let index = String::from_utf8(files["bundle.json"].clone()).unwrap();
        assert!(index.contains(&format!("\"target\": \"{target}\"")), "{index}");
    }
}

/// The items of its instance are listed in place, `(instance (export …) (export …))`, and wasmtime
/// keeps such a list in no order.
#[test]
fn a_component_that_was_written_by_hand_gives_the_same_bundle_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bundle");
    let manifest = folder.path().join("admit.toml");
    let component = component("grants-everything");
    let policy = format!("[[policy]]\nid = \"p\"\ncomponent = {component:?}\n");
    fs::write(&manifest, policy + "reads = []\nverdicts = []\n").unwrap();
    for configure in ["ahead", "always"] {
        let results: BTreeSet<BTreeMap<String, Vec<u8>>> = (0..24)
            .map(|_| {
                let mut command = admit();
                command.args(["bundle", "--configure", configure, "--manifest"]).arg(&manifest);
                command.arg("-o").arg(&path).env("ADMIT_CACHE", "off");
                let output = command.output().unwrap();
                assert!(output.status.success(), "{}", stderr(&output));
                files(&path)
            })
            .collect();
        assert_eq!(results.len(), 1, "--configure {configure}");
    }
}

#[test]
fn the_index_names_every_digest_and_every_default() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bundle");
    assert!(bundle(&sample_manifest(), &path, "x86_64").status.success());
    let files = files(&path);
    let index: serde_json::Value = serde_json::from_slice(&files["bundle.json"]).unwrap();
    let bundle = &index["bundle"];
    assert_eq!(bundle["engine"], "48.0.8");
    assert_eq!(bundle["manifest"]["budget"], "2s");
    assert_eq!(bundle["manifest"]["policy"][0]["limits"]["memory"], "16MiB");
    assert_eq!(bundle["manifest"]["policy"][0]["on-failure"], "deny");
    for name in ["email-domain", "verify-contact", "minimum-username-length"] {
        let entry = &bundle["components"][name];
        let sum = |path: &Path| {
            let sum = std::process::Command::new("sha256sum").arg(path).output().unwrap();
            format!("sha256:{}", &stdout(&sum)[..64])
        };
        assert_eq!(entry["source"], sum(&component(name)));
        let compiled = bundle["configured"][name]["compiled"].as_str().unwrap();
        let file = format!("{}.cwasm", compiled.strip_prefix("blake3:").unwrap());
        assert_eq!(compiled, CodeHash::new(&files[&file]).to_string());
        assert_eq!(bundle["about"], sum(&path.join("about.json")));
    }
}

/// Small settings are read faster than a file that holds what comes of them.
#[test]
fn policies_share_a_compiled_file_unless_snapshots_pay_off() {
    let folder = tempfile::tempdir().unwrap();
    let component = component("blocked-email-domains");
    let policy = |id: &str, domains: usize| {
        let domains: Vec<String> = (0..domains).map(|n| format!("{id}{n}.example")).collect();
        format!(
            "[[policy]]\nid = \"{id}\"\ncomponent = {component:?}\nreads = []\nverdicts = []\n\
             settings = {{ domains = {domains:?} }}\n"
        )
    };
    let manifest = folder.path().join("admit.toml");
    fs::write(&manifest, [policy("a", 1), policy("b", 2), policy("c", 1_000)].concat()).unwrap();
    let path = folder.path().join("bundle");
    let check = |more: &[&str], configured: &[&str], compiled: usize| {
        let mut command = admit();
        command.args(["bundle", "--manifest"]).arg(&manifest).arg("-o").arg(&path).args(more);
        assert!(command.output().unwrap().status.success());
        let files = files(&path);
        let index: serde_json::Value = serde_json::from_slice(&files["bundle.json"]).unwrap();
        let found = index["bundle"]["configured"].as_object();
        let found: Vec<_> = found.into_iter().flat_map(|found| found.keys()).collect();
        assert_eq!(found, configured);
        assert_eq!(files.keys().filter(|name| name.ends_with(".cwasm")).count(), compiled);
    };
    check(&[], &["c"], 2);
    let mut command = admit();
    command.args(["bundle", "--check", "--configure", "always", "--manifest"]).arg(&manifest);
    let output = command.arg("-o").arg(&path).output().unwrap();
    let said = stdout(&output);
    assert!(said.contains("policy.c.configured: when it is bundled → for each sign-up"), "{said}");
    check(&["--configure", "always"], &[], 1);
}

#[test]
fn components_that_are_the_same_are_compiled_once() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.wasm");
    fs::copy(component("verify-contact"), &copy).unwrap();
    let policy = |id: &str, component: &Path| {
        format!("[[policy]]\nid = \"{id}\"\ncomponent = {component:?}\nreads = []\nverdicts = []\n")
    };
    let manifest = folder.path().join("admit.toml");
    let original = component("verify-contact");
    fs::write(&manifest, [policy("a", &original), policy("b", &copy), policy("c", &copy)].concat())
        .unwrap();
    let path = folder.path().join("bundle");
    assert!(bundle(&manifest, &path, "x86_64").status.success());
    assert_eq!(files(&path).len(), 3);
}

#[test]
fn a_bundle_is_replaced_and_anything_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bundle");
    assert!(bundle(&sample_manifest(), &path, "arm64").status.success());
    assert!(bundle(&sample_manifest(), &path, "x86_64").status.success());
    assert_eq!(files(&path).len(), 5);

    let precious = folder.path().join("precious");
    fs::create_dir(&precious).unwrap();
    fs::write(precious.join("thesis.txt"), "years").unwrap();
    let output = bundle(&sample_manifest(), &precious, "x86_64");
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output)
            .contains("holds `thesis.txt`, which is not part of a bundle: name another folder")
    );
    assert_eq!(fs::read_to_string(precious.join("thesis.txt")).unwrap(), "years");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "nothing is left behind");
}

#[test]
fn the_summary_is_printed_as_json_too() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = |more: &[&str]| {
        let mut command = admit();
        command.args(["bundle", "--format", "json", "--manifest"]).arg(sample_manifest());
        command.arg("-o").arg(folder.path().join("bundle"));
        let output = command.args(more).output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), report)
    };
    let (status, report) = bundle(&[]);
    assert_eq!((status, &report["state"]), (Some(0), &"new".into()));
    assert_eq!((&report["target"], &report["package"]), (&"x86_64".into(), &().into()));
    let files = files(&folder.path().join("bundle"));
    let components = report["components"].as_array().unwrap();
    assert_eq!(components.len(), 3);
    for component in components {
        let name = component["component"].as_str().unwrap();
        let policies = report["policies"].as_array().unwrap();
        let policy = policies.iter().find(|policy| policy["policy"] == name).unwrap();
        let file = policy["compiled"].as_str().unwrap().strip_prefix("blake3:").unwrap();
        assert_eq!(component["compiledBytes"], files[&format!("{file}.cwasm")].len());
        let mut build = admit();
        build.args(["build", "--format", "json"]).arg(format!("plugins/{name}"));
        let output = build.output().unwrap();
        let built: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(built["digest"], component["source"]);
        let path = built["path"].as_str().unwrap();
        assert_eq!(built["bytes"], fs::metadata(path).unwrap().len());
    }
    let (status, report) = bundle(&["--check"]);
    assert_eq!((status, &report["state"]), (Some(0), &"unchanged".into()));
    let (status, report) = bundle(&["--check", "--target", "arm64"]);
    assert_eq!((status, &report["state"]), (Some(3), &"changed".into()));
    assert_eq!(report["changes"], serde_json::json!(["target: x86_64 → arm64"]));
}
