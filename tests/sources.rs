//! The sources that `admit bundle` puts beside a bundle: the manifest and the components that it
//! was made from, by which it can be reviewed, compared and bundled again.

use admit_engine::bundle::{INDEX, Index};
use admit_tests::{Lambda, admit, bootstrap, component, event, stderr, stdout};
use serde_json::Value;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;
use zip::ZipArchive;

const SECRET: &str = "a-domain-that-is-a-secret.example";

/// A manifest, with settings that are a secret, of which bundles and packages are made.
struct Place(TempDir);

impl Place {
    fn new() -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        let policy = |id: &str, name: &str, settings: &str| {
            let component = component(name);
            let reads =
                if name.starts_with("blocked") { "userAttributes.email" } else { "userName" };
            format!(
                "[[policy]]\nid = {id:?}\ncomponent = {component:?}\nreads = [{reads:?}]\n\
                 verdicts = [\"deny\"]\nsettings = {{ {settings} }}\n"
            )
        };
        let text = policy("length", "minimum-username-length", "characters = 5")
            + &policy("longer", "minimum-username-length", "characters = 6")
            + &policy("domains", "blocked-email-domains", &format!("domains = [{SECRET:?}]"));
        fs::write(place.path("admit.toml"), text).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, args: &[&str]) -> Output {
        admit().current_dir(self.0.path()).args(args).output().unwrap()
    }

    /// The JSON output of a command, which must succeed.
    fn json(&self, args: &[&str]) -> Value {
        let output = self.run(&[args, &["--format", "json"]].concat());
        assert!(output.status.success(), "{args:?}: {}", stderr(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn zip(&self, manifest: &str, zip: &str) -> Value {
        let bootstrap = bootstrap().display().to_string();
        self.json(&["bundle", "--manifest", manifest, "--zip", zip, "--bootstrap", &bootstrap])
    }

    fn fails(&self, args: &[&str], words: &[&str]) {
        let output = self.run(args);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
        for word in words {
            assert!(said.contains(word), "{args:?}: no `{word}` in {said}");
        }
    }
}

fn names(zip: &Path) -> Vec<String> {
    let zip = ZipArchive::new(File::open(zip).unwrap()).unwrap();
    zip.file_names().map(|name| name.unwrap().into_owned()).collect()
}

#[test]
fn the_package_has_only_files_that_the_function_reads() {
    let place = Place::new();
    let said = place.zip("admit.toml", "function.zip");
    assert_eq!(said["sources"], "function.sources");
    let mut names = names(&place.path("function.zip"));
    names.retain(|name| !name.ends_with(".cwasm"));
    assert_eq!(names, ["bootstrap", "bundle/about.json", "bundle/bundle.json"]);
    // The settings are beside it, and so is each component, once.
    let sources = fs::read_dir(place.path("function.sources")).unwrap();
    let mut beside: Vec<String> =
        sources.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    beside.sort();
    let starts: Vec<_> =
        beside.iter().map(|name| name.split_once('-').map_or("", |n| n.0)).collect();
    assert_eq!(
        (starts, beside[0].as_str()),
        (vec!["", "blocked_email_domains", "minimum_username_length"], "admit.toml")
    );
    let manifest = fs::read_to_string(place.path("function.sources/admit.toml")).unwrap();
    assert!(manifest.contains(SECRET));
    // Where they are not wanted, they are not there.
    let said = place.json(&["bundle", "-o", "bundle", "--no-sources"]);
    assert_eq!(said["sources"], Value::Null);
    assert!(!place.path("bundle.sources").exists());
    assert!(place.run(&["bundle", "-o", "bundle", "--check"]).status.success());
    assert!(!place.path("bundle.sources").exists(), "a check writes nothing");
}

/// From the review of the manifest to the log of the function.
#[test]
fn one_digest_goes_with_a_policy_set_everywhere() {
    let place = Place::new();
    let bundled = place.zip("admit.toml", "function.zip");
    let digest = bundled["policySet"].as_str().unwrap();
    assert!(digest.starts_with("sha256:"), "{digest}");
    assert_eq!(place.json(&["inspect", "function.zip"])["policySet"], digest);
    for reviewed in ["admit.toml", "function.zip", "function.sources/admit.toml"] {
        let output = place.run(&["report", reviewed, "--no-times", "-o", "-"]);
        assert!(output.status.success(), "{reviewed}: {}", stderr(&output));
        let at_the_top =
            stdout(&output).split_once("<span class=\"digest\">").unwrap().1.to_owned();
        assert!(at_the_top.starts_with(digest), "{reviewed}");
    }
    // For another machine, and bundled again from the sources.
    let again = ["bundle", "--manifest", "function.sources/admit.toml", "-o", "again"];
    assert_eq!(place.json(&again)["policySet"], digest);
    let arm64 = ["bundle", "-o", "arm64", "--target", "arm64"];
    assert_eq!(place.json(&arm64)["policySet"], digest);
    assert_ne!(place.json(&arm64)["index"], place.json(&again)["index"]);
    let mut lambda = Lambda::start(&place.path("again"));
    lambda.invoke(event("sign-up.json"));
    let started = lambda.end_log().into_iter().find(|line| line["type"] == "started").unwrap();
    assert_eq!(started["policySet"], digest);
}

#[test]
fn a_package_is_checked_and_verified_by_its_sources() {
    let place = Place::new();
    place.zip("admit.toml", "function.zip");
    for args in [&["check", "function.zip"][..], &["verify", "function.zip"]] {
        let output = place.run(args);
        assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    }
    let inspected = place.json(&["inspect", "function.zip"]);
    assert_eq!(inspected["sources"], "function.sources");
    assert_eq!(inspected["policies"][2]["settings"][0], "domains");
    // Sources of another policy set.
    let manifest = place.path("function.sources/admit.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("characters = 5", "characters = 1")).unwrap();
    for command in ["check", "report"] {
        let out: &[&str] = if command == "report" { &["-o", "-"] } else { &[] };
        let words = ["holds native code alone", "holds another policy set than the bundle"];
        place.fails(&[&[command, "function.zip"], out].concat(), &words);
    }
    let verified = place.run(&["verify", "function.zip"]);
    assert_eq!(verified.status.code(), Some(3));
    let words =
        "`domains`: no settings to configure it by\n  `function.sources` holds another policy";
    assert!(stdout(&verified).contains(words), "{}", stdout(&verified));
    assert_eq!(place.json(&["inspect", "function.zip"])["sources"], Value::Null);
    fs::remove_dir_all(place.path("function.sources")).unwrap();
    place.fails(&["check", "function.zip"], &["are not in `function.sources`", "put them there"]);
    assert_eq!(place.run(&["inspect", "function.zip"]).status.code(), Some(0));
}

#[test]
fn the_folder_of_a_bundle_is_reviewed_from_inside() {
    let place = Place::new();
    place.json(&["bundle", "-o", "bundle"]);
    for args in [["verify", "."], ["check", "."]] {
        let output = admit().current_dir(place.path("bundle")).args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    }
}

/// A component of the sources is a file, never a project, which would be built.
#[test]
fn sources_build_nothing() {
    let place = Place::new();
    place.zip("admit.toml", "function.zip");
    let sources = place.path("function.sources");
    let wasm = fs::read_dir(&sources).unwrap().map(|entry| entry.unwrap().path());
    let wasm = wasm.filter(|path| path.extension().is_some_and(|ending| ending == "wasm"));
    let component = wasm.min().unwrap();
    fs::remove_file(&component).unwrap();
    fs::create_dir(&component).unwrap();
    place.fails(&["check", "function.zip"], &["cannot read `blocked_email_domains-"]);
}

#[test]
fn policies_are_compared_across_versions_of_admit() {
    let place = Place::new();
    fs::write(place.path("event.json"), event("sign-up.json").replace("mary_major", "mary5"))
        .unwrap();
    assert!(place.run(&["bundle", "-o", "old"]).status.success());
    // A bundle of an older version, for another machine.
    let path = place.path("old").join(INDEX);
    let mut index = Index::from_text(&fs::read_to_string(&path).unwrap()).unwrap();
    index.engine = "47.0.0".to_owned();
    fs::write(&path, index.to_text().unwrap()).unwrap();
    let text = fs::read_to_string(place.path("admit.toml")).unwrap();
    fs::write(place.path("new.toml"), text.replace("characters = 6", "characters = 4")).unwrap();
    let diff = ["diff", "old", "new.toml", "--events", "event.json"];
    let output = place.run(&diff);
    assert_eq!(output.status.code(), Some(3), "{}{}", stdout(&output), stderr(&output));
    fs::remove_dir_all(place.path("old.sources")).unwrap();
    place.fails(&diff, &["was compiled with wasmtime 47.0.0", "are not in `old.sources`"]);
}

#[test]
fn foreign_files_are_not_replaced() {
    let place = Place::new();
    fs::create_dir(place.path("bundle.sources")).unwrap();
    fs::write(place.path("bundle.sources/admit.toml"), "# mine").unwrap();
    place.fails(&["bundle", "-o", "bundle"], &["holds other files", "--no-sources"]);
    assert!(!place.path("bundle").exists());
    fs::remove_file(place.path("bundle.sources/admit.toml")).unwrap();
    assert!(place.run(&["bundle", "-o", "bundle"]).status.success());
    fs::write(place.path("bundle.sources/notes.txt"), "mine").unwrap();
    place.fails(&["bundle", "-o", "bundle"], &["holds other files"]);
    assert_eq!(fs::read_to_string(place.path("bundle.sources/notes.txt")).unwrap(), "mine");
}

/// A folder and a package of the same name would have their sources in the same place.
#[test]
fn sources_of_another_bundle_are_not_replaced() {
    let place = Place::new();
    place.zip("admit.toml", "f.zip");
    place.fails(&["bundle", "-o", "f"], &["they are the sources of `f.zip`", "--no-sources"]);
    assert!(place.run(&["bundle", "-o", "f", "--no-sources"]).status.success());
    let bootstrap = bootstrap().display().to_string();
    let again = ["bundle", "--zip", "f.zip", "--bootstrap", &bootstrap];
    place.fails(&again, &["they are the sources of `f/bundle.json`"]);
}

/// The author of a pull request chooses the names of folders.
#[test]
fn names_of_folders_are_shown_in_one_line() {
    let place = Place::new();
    let folder = "e\u{1b}[31m\n::error::x\u{202e}";
    fs::create_dir(place.path(folder)).unwrap();
    let manifest = format!("{folder}/admit.toml");
    fs::copy(place.path("admit.toml"), place.path(&manifest)).unwrap();
    fs::write(place.path("event.json"), event("sign-up.json")).unwrap();
    let out = format!("{folder}/out");
    for args in [
        &["bundle", "--manifest", &manifest, "-o", &out][..],
        &["verify", &out],
        &["inspect", &out],
        &["check", &manifest],
        &["check", &manifest, "--format", "github"],
        &["diff", &manifest, "admit.toml", "--events", "event.json"],
    ] {
        let output = place.run(args);
        let said = stdout(&output) + &stderr(&output);
        assert!(!said.contains(['\u{1b}', '\u{202e}']), "{args:?}: {said:?}");
        assert!(said.lines().all(|line| !line.starts_with("::error::x")), "{args:?}: {said}");
    }
}
