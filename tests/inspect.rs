//! `admit inspect`: what a component, a bundle or a package is, without running it.

use admit_tests::{
    FunctionZip, admit, check_golden, component, root, sample_manifest, stderr, stdout,
    with_section,
};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

#[test]
fn a_policy_says_what_it_is() {
    let output = admit().arg("inspect").arg(component("puppet")).output().unwrap();
    let text: String = stdout(&output)
        .lines()
        .filter(|line| !line.starts_with("component ") && !line.starts_with("producers "))
        .map(|line| match line.split_once("sha256:") {
            Some((label, digits)) => format!("{label}sha256:{}\n", "…".repeat(digits.len() / 64)),
            None if line.starts_with("size ") => "size       … bytes\n".to_owned(),
            None => format!("{line}\n"),
        })
        .collect();
    check_golden("inspect-puppet.txt", &text);
}

#[test]
fn an_import_that_is_not_granted_is_marked() {
    let output = admit().arg("inspect").arg(component("wasi")).output().unwrap();
    let text = stdout(&output);
    assert!(text.contains("contract   none: it does not export"), "{text}");
    assert!(text.contains("imports    wasi:cli/environment@0.2.3 (not granted)\n"), "{text}");
}

#[test]
fn the_digest_is_that_of_the_file() {
    let component = component("wasi");
    let output = admit().arg("inspect").arg(&component).output().unwrap();
    let sum = std::process::Command::new("sha256sum").arg(&component).output().unwrap();
    let digest = stdout(&sum)[..64].to_owned();
    assert!(stdout(&output).contains(&format!("digest     sha256:{digest}\n")));
}

#[test]
fn what_is_no_component_is_said_so() {
    for (path, said) in [
        ("Cargo.toml", "error: `Cargo.toml`: not a WebAssembly component\n"),
        ("nowhere.wasm", "error: no component at `nowhere.wasm`: "),
        ("wit", "error: `wit` is no policy project: it has no Cargo.toml\n"),
    ] {
        let output = admit().arg("inspect").arg(path).current_dir(root()).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let error = admit_tests::stderr(&output);
        assert!(error.starts_with(said), "{error}");
    }
}

fn json(args: &[&Path]) -> Value {
    let output = admit().args(["inspect", "--format", "json"]).args(args).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).unwrap()
}

fn text(path: &Path) -> String {
    let output = admit().arg("inspect").arg(path).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    stdout(&output)
}

#[test]
fn functions_and_types_are_those_of_the_component() {
    let found = json(&[&component("puppet")]);
    let component = &found["component"];
    assert_eq!(component["contract"], "0.1.0");
    let log = &component["imports"][0];
    assert_eq!((&log["name"], &log["granted"]), (&json!("admit:policy/log@0.1.0"), &json!(true)));
    let of = |item: &Value| -> Vec<String> {
        let lines = item["types"].as_array().unwrap().iter();
        lines.map(|line| line.as_str().unwrap().to_owned()).collect()
    };
    let write = "write: func(level: level, message: string)".to_owned();
    assert!(of(log).contains(&write), "{log:#}");
    let exports = of(&component["exports"][0]);
    for line in [
        "configure: func(settings: string) -> result<_, string>",
        "evaluate: func(request: sign-up) -> result<verdict, string>",
    ] {
        assert!(exports.contains(&line.to_owned()), "{exports:#?}");
    }
    // By its types, and not by the name that it gives them.
    let other = json(&[&self::component("another-type")]);
    assert_eq!(of(&other["component"]["exports"][0]), ["configure: func()", "evaluate: func()"]);
}

#[test]
fn a_component_with_too_many_types_is_cut_short() {
    let functions: String = (0..50_000).map(|n| format!("(export \"f{n}\" (func $f))")).collect();
    let deep = (0..60).fold("(type $t0 (list u8))".to_owned(), |text, n| {
        format!("{text} (type $t{} (tuple $t{n} $t{n}))", n + 1)
    });
    for body in [
        format!("(import \"f\" (func $f)) (instance $i {functions}) (export \"i\" (instance $i))"),
        format!("{deep} (import \"g\" (func (param \"a\" $t60)))"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.wasm");
        fs::write(&path, wat::parse_str(format!("(component {body})")).unwrap()).unwrap();
        let started = std::time::Instant::now();
        let output = admit().arg("inspect").arg(&path).output().unwrap();
        assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
        let said = stdout(&output) + &stderr(&output);
        assert!(said.len() < 200_000, "{} bytes", said.len());
        if output.status.success() {
            assert!(said.contains('…'), "{said}");
        }
    }
}

/// A component that says this of itself, and a manifest that grants it something.
fn project(metadata: &str, reads: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let bytes = fs::read(component("grants-everything")).unwrap();
    let bytes = with_section(&bytes, "admit:policy/metadata", metadata.as_bytes());
    fs::write(folder.path().join("p.wasm"), &bytes).unwrap();
    fs::write(folder.path().join("copy.wasm"), bytes).unwrap();
    let policy = |id: &str, file: &str| {
        format!("[[policy]]\nid = {id:?}\ncomponent = {file:?}\nreads = {reads}\nverdicts = []\n")
    };
    let other = component("grants-everything").display().to_string();
    let manifest = policy("p", "p.wasm") + &policy("copy", "copy.wasm") + &policy("other", &other);
    fs::write(folder.path().join("admit.toml"), manifest).unwrap();
    folder
}

const METADATA: &str = r#"{"name": "p", "version": "1", "description": "d",
    "reads": ["userAttributes.email", "userName"], "verdicts": ["confirm"]}"#;

#[test]
fn what_is_granted_is_compared_with_what_is_asked_for() {
    let folder = project(METADATA, "[\"userAttributes.*\"]");
    let path = |name: &str| folder.path().join(name);
    let found = json(&[&path("p.wasm"), Path::new("--manifest"), &path("admit.toml")]);
    let grants = found["grants"].as_array().unwrap();
    let policies: Vec<&Value> = grants.iter().map(|grant| &grant["policy"]).collect();
    assert_eq!(policies, ["p", "copy"], "by its file and by its digest");
    assert_eq!(
        grants[0]["reads"],
        json!({
            "granted": ["userAttributes.*"],
            "askedFor": ["userName", "userAttributes.email"],
            "missing": ["userName"],
            "unused": ["userAttributes.*"],
        })
    );
    assert_eq!(grants[0]["verdicts"]["missing"], json!(["confirm"]));
}

#[test]
fn what_cannot_be_read_or_shown_is_said() {
    for metadata in ["{", &METADATA.replace("\"d\"", "\"\\u001b[31m\\nerror: fake\"")] {
        let folder = project(metadata, "[]");
        let said = text(&folder.path().join("p.wasm"));
        assert!(said.contains("\nwhat it says of itself cannot be read\n"), "{said}");
        assert!(!said.contains('\u{1b}') && !said.contains("\nerror: fake"), "{said}");
    }
    let said = text(&component("escapes"));
    assert!(!said.contains('\u{1b}') && !said.contains("\nerror: fake"), "{said}");
}

/// For another machine than this one, since nothing of it is loaded.
fn bundle() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut command = admit();
    command.args(["bundle", "--target", "arm64", "--manifest"]).arg(sample_manifest());
    let output = command.arg("-o").arg(folder.path().join("bundle")).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    folder
}

#[test]
fn a_bundle_explains_itself() {
    let folder = bundle();
    let path = folder.path().join("bundle");
    let found = json(&[&path]);
    assert_eq!((&found["kind"], &found["target"]), (&json!("bundle"), &json!("arm64")));
    assert_eq!(found["flaws"], json!([]));
    let policy = &found["policies"][2];
    assert_eq!(policy["id"], "minimum-username-length");
    assert_eq!(policy["settings"], json!(["characters"]));
    assert_eq!(policy["limits"], json!({}));
    assert_eq!(policy["grants"]["reads"]["askedFor"], json!(["userName"]));
    assert_eq!(policy["about"]["metadata"]["verdicts"], json!(["deny"]));
    assert_eq!(policy["about"]["contract"], "0.1.0");
    let said = text(&path);
    assert!(said.contains("\nsettings   characters (not shown)\n"), "{said}");
}

#[test]
fn damage_to_what_a_bundle_is_about_is_found() {
    let folder = bundle();
    let path = folder.path().join("bundle");
    let about = path.join("about.json");
    let whole = fs::read_to_string(&about).unwrap();
    let check = || {
        let mut command = admit();
        command.args(["bundle", "--check", "--target", "arm64", "--manifest"]);
        command.arg(sample_manifest()).arg("-o").arg(&path).output().unwrap()
    };
    assert_eq!(check().status.code(), Some(0));
    fs::write(&about, whole.replace("userName", "userMane")).unwrap();
    let found = json(&[&path]);
    assert_eq!(found["flaws"], json!(["about.json: damaged"]));
    assert_eq!(found["policies"][2]["about"], Value::Null);
    let output = check();
    assert_eq!(output.status.code(), Some(3));
    assert!(stdout(&output).contains("changed: about.json: damaged\n"), "{}", stdout(&output));
    fs::remove_file(&about).unwrap();
    assert_eq!(json(&[&path])["flaws"], json!(["about.json: missing"]));
}

#[test]
fn a_package_names_its_bootstrap() {
    let policy = "[[policy]]\nid = \"p\"\ncomponent = \"puppet\"\nreads = []\nverdicts = []\n\
                  limits = { fuel = 1_000_000 }\nsettings = { confirm = \"grant\" }\n";
    let zip = FunctionZip::with(policy);
    let found = json(&[&zip.path()]);
    assert_eq!(found["kind"], "package");
    assert_eq!(found["flaws"], json!([]));
    assert_eq!(found["bootstrap"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(found["policies"][0]["limits"], json!({ "fuel": 1_000_000 }));
    assert!(!found.to_string().contains("grant\""), "{found:#}");
}
