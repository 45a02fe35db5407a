//! `admit inspect`: what a component, a bundle or a package is, without running it.

use admit_tests::{
    FunctionZip, admit, bootstrap, check_golden, component, root, sample_manifest, stderr, stdout,
    with_section,
};
use serde_json::{Value, json};
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

#[test]
fn the_metadata_of_a_policy_is_shown() {
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
    assert_eq!(output.status.code(), Some(3));
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
fn a_file_that_is_not_a_component_is_reported() {
    for (path, said) in [
        ("Cargo.toml", "error: `Cargo.toml`: not a WebAssembly component\n"),
        ("nowhere.wasm", "error: no component at `nowhere.wasm`: "),
        ("wit", "error: `wit` is not a policy project: it has no `policy.toml`, which describes "),
    ] {
        let output = admit().arg("inspect").arg(path).current_dir(root()).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let error = admit_tests::stderr(&output);
        assert!(error.starts_with(said), "{error}");
    }
}

fn json(args: &[&Path]) -> Value {
    json_with(0, args)
}

/// The same where the command ends with this status.
fn json_with(status: i32, args: &[&Path]) -> Value {
    let output = admit().args(["inspect", "--format", "json"]).args(args).output().unwrap();
    assert_eq!(output.status.code(), Some(status), "{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).unwrap()
}

fn text(path: &Path) -> String {
    text_with(0, &[path])
}

fn text_with(status: i32, args: &[&Path]) -> String {
    let output = admit().arg("inspect").args(args).output().unwrap();
    assert_eq!(output.status.code(), Some(status), "{}", stderr(&output));
    stdout(&output)
}

/// A file with the component of a text.
fn written(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.wasm");
    fs::write(&path, wat::parse_str(text).unwrap()).unwrap();
    (folder, path)
}

#[test]
fn an_import_counts_unless_it_is_types_alone() {
    let types = r#"(instance (type $t (enum "a")) (export "t" (type (eq $t))))"#;
    let resource = r#"(instance (export "r" (type (sub resource))))"#;
    for (import, is_counted) in [
        ("(instance)".to_owned(), false),
        (types.to_owned(), false),
        (format!(r#"(instance (export "i" {types}))"#), false),
        (resource.to_owned(), true),
        (format!(r#"(instance (export "i" {resource}))"#), true),
        (r#"(instance (export "f" (func)))"#.to_owned(), true),
    ] {
        let text = format!(r#"(component (import "evil:x/y@1.0.0" {import}))"#);
        let (_folder, path) = written(&text);
        let found = json_with(if is_counted { 3 } else { 0 }, &[&path]);
        let imports = found["component"]["imports"].as_array().unwrap();
        assert_eq!(imports.len(), usize::from(is_counted), "{import}");
        assert!(imports.iter().all(|import| import["granted"] == false), "{found:#}");
        // The engine sees the same.
        let output = admit().args(["check", "--format", "json"]).arg(&path).output().unwrap();
        let refused = stdout(&output).contains("evil:x/y@1.0.0");
        assert_eq!(refused, is_counted, "{import}: {}", stdout(&output));
    }
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
        let (_folder, path) = written(&format!("(component {body})"));
        let started = std::time::Instant::now();
        let output = admit().arg("inspect").arg(&path).output().unwrap();
        assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
        let said = stdout(&output) + &stderr(&output);
        assert!(said.len() < 200_000, "{} bytes", said.len());
        if output.status.code() == Some(3) {
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
fn grants_are_compared_with_requests() {
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
fn unreadable_parts_are_reported() {
    for metadata in ["{", &METADATA.replace("\"d\"", "\"\\u001b[31m\\nerror: fake\"")] {
        let folder = project(metadata, "[]");
        let said = text_with(3, &[&folder.path().join("p.wasm")]);
        assert!(said.contains("\nmetadata (cannot be read): "), "{said}");
        assert!(!said.contains('\u{1b}') && !said.contains("\nerror: fake"), "{said}");
    }
    let said = text_with(3, &[&component("escapes")]);
    assert!(!said.contains('\u{1b}') && !said.contains("\nerror: fake"), "{said}");
}

#[test]
fn a_manifest_is_read_without_building() {
    let folder = project(METADATA, "[]");
    let path = |name: &str| folder.path().join(name);
    let project = path("project");
    fs::create_dir_all(project.join("src")).unwrap();
    let package = "[package]\nname = \"x\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    fs::write(project.join("Cargo.toml"), format!("{package}[lib]\n[workspace]\n")).unwrap();
    fs::write(project.join("src/lib.rs"), "").unwrap();
    let trace = format!("fn main() {{ std::fs::write({:?}, \"\").unwrap() }}", path("was-run"));
    fs::write(project.join("build.rs"), trace).unwrap();
    let policy = |id: &str, file: &str| {
        format!("[[policy]]\nid = {id:?}\ncomponent = {file:?}\nreads = []\nverdicts = []\n")
    };
    let manifest = |ids: &[(&str, &str)]| {
        let text: String = ids.iter().map(|(id, file)| policy(id, file)).collect();
        fs::write(path("admit.toml"), text).unwrap();
        [path("p.wasm"), PathBuf::from("--manifest"), path("admit.toml")]
    };
    let args = manifest(&[("a", "project"), ("b", "copy.wasm"), ("c", "gone.wasm"), ("d", ".")]);
    let args = args.each_ref().map(PathBuf::as_path);
    let found = json(&args);
    assert_eq!(found["grants"].as_array().unwrap().len(), 1);
    assert_eq!(found["grants"][0]["policy"], "b");
    let built = "a project is not built here";
    let gone = "cannot be read: No such file or directory (os error 2)";
    assert_eq!(
        found["notCompared"],
        json!([
            { "policy": "a", "reason": built },
            { "policy": "c", "reason": gone },
            { "policy": "d", "reason": built },
        ])
    );
    let said = text_with(0, &args);
    let expected = format!(
        "\nnot compared: policy `a`: {built}\nnot compared: policy `c`: {gone}\n\
         not compared: policy `d`: {built}\n"
    );
    assert!(said.ends_with(&expected), "{said}");
    manifest(&[("a", "project")]);
    let said = text_with(0, &args);
    assert!(said.contains("\nno policy of the manifest that was compared uses it\n"), "{said}");
    assert!(!path("was-run").exists() && !project.join("target").exists());
    // One whose folder is named is compared by it.
    let args = [root().join("plugins/email-domain"), args[1].to_owned(), sample_manifest()];
    let found = json(&args.each_ref().map(PathBuf::as_path));
    let policies: Vec<&Value> =
        found["grants"].as_array().unwrap().iter().map(|grant| &grant["policy"]).collect();
    assert_eq!(policies, ["email-domain"]);
    assert!(!found["notCompared"].as_array().unwrap().is_empty());
}

#[test]
fn untrusted_text_starts_no_row() {
    let keys: Vec<String> = (0..60).map(|n| format!("\"  key{n:02}\": {{}}")).collect();
    let schema = format!(r#"{{"properties": {{{}}}}}"#, keys.join(", "));
    let metadata = METADATA.replace("\"d\"", &format!("\"d\", \"settings\": {schema}"));
    let folder = project(&metadata, "[]");
    let said = text(&folder.path().join("p.wasm"));
    assert!(said.contains("\nsettings   key00\n           key01\n"), "{said}");
    assert!(said.contains("\n           key49\n           … and 10 more\n"), "{said}");
    assert!(!said.contains("key50"), "{said}");
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
    let order = [
        "\nsettings   characters (not shown)\n",
        "\nby the word of the bundle's maker, with which its native code cannot be compared\n",
        "contract   admit:policy@0.1.0\nsize       ",
        " bytes\nimports    none\nexports    admit:policy/sign-up-policy@0.1.0\nproducers  ",
        "\nmetadata, by the author of the policy\nname       minimum-username-length ",
    ];
    let mut rest = said.as_str();
    for part in order {
        rest = rest.split_once(part).unwrap_or_else(|| panic!("{part:?} in {said}")).1;
    }
}

#[test]
fn damage_to_the_metadata_of_a_bundle_is_found() {
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
    let found = json_with(3, &[&path]);
    assert_eq!(found["flaws"], json!(["about.json: damaged"]));
    assert_eq!(found["policies"][2]["about"], Value::Null);
    let said = text_with(3, &[&path]);
    assert!(said.contains("\nthe bundle does not say what its component is\n"), "{said}");
    let output = check();
    assert_eq!(output.status.code(), Some(3));
    assert!(stdout(&output).contains("changed: about.json: damaged\n"), "{}", stdout(&output));
    fs::remove_file(&about).unwrap();
    assert_eq!(json_with(3, &[&path])["flaws"], json!(["about.json: missing"]));
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

#[test]
fn a_file_that_is_in_a_package_twice_is_found() {
    let policy = "[[policy]]\nid = \"p\"\ncomponent = \"puppet\"\nreads = []\nverdicts = []\n";
    let zip = FunctionZip::with(policy);
    let file = fs::File::options().read(true).write(true).open(zip.path()).unwrap();
    let mut about = String::new();
    ZipArchive::new(&file)
        .unwrap()
        .by_name("bundle/about.json")
        .unwrap()
        .read_to_string(&mut about)
        .unwrap();
    let mut writer = ZipWriter::new_append(file).unwrap();
    // No library writes a name twice.
    writer.start_file("bundle/other.json", SimpleFileOptions::default()).unwrap();
    writer.write_all(about.as_bytes()).unwrap();
    writer.finish().unwrap();
    let mut bytes = fs::read(zip.path()).unwrap();
    for at in 0..bytes.len() {
        if bytes[at..].starts_with(b"bundle/other.json") {
            bytes[at..at + 17].copy_from_slice(b"bundle/about.json");
        }
    }
    fs::write(zip.path(), bytes).unwrap();
    let flaw = "`bundle/about.json`: twice";
    assert_eq!(json_with(3, &[&zip.path()])["flaws"], json!([flaw]));
    let mut command = admit();
    command.args(["bundle", "--check", "--manifest"]).arg(zip.path().with_file_name("admit.toml"));
    command.arg("--bootstrap").arg(bootstrap()).arg("--zip").arg(zip.path());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stdout(&output).contains(&format!("changed: {flaw}\n")), "{}", stdout(&output));
}
