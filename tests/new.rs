//! `admit new`: a policy project that builds, tests and lints at once.

use admit_tests::{admit, cargo, root, stderr, stdout, target_of_projects};
use cargo_metadata::{Dependency, Metadata, MetadataCommand, Package};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

fn new(folder: &Path, name: &str) -> Output {
    admit().current_dir(folder).args(["new", name]).output().unwrap()
}

/// A folder with the project `mine` in it.
fn project() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let output = new(folder.path(), "mine");
    assert!(output.status.success(), "{}", stderr(&output));
    let project = folder.path().join("mine");
    (folder, project)
}

#[track_caller]
fn run(command: &mut Command, project: &Path) -> String {
    command.current_dir(project).env("CARGO_TARGET_DIR", target_of_projects());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}{}", stdout(&output), stderr(&output));
    stdout(&output)
}

/// One test, so that it is built once.
#[test]
fn a_new_project_builds_tests_and_lints() {
    let (folder, project) = project();
    // The lock file of this repository, so that a release of a dependency does not break the test.
    fs::copy(root().join("Cargo.lock"), project.join("Cargo.lock")).unwrap();
    let toolchain = "rust-toolchain.toml";
    fs::copy(root().join(toolchain), folder.path().join(toolchain)).unwrap();

    run(cargo().args(["fmt", "--all", "--check"]), &project);
    let said = run(cargo().args(["test", "--quiet"]), &project);
    assert!(said.contains("3 passed; 0 failed"), "{said}");
    run(cargo().args(["clippy", "--all-targets", "--quiet", "--", "-D", "warnings"]), &project);

    let component = run(admit().arg("build"), &project);
    let component = Path::new(component.trim());
    assert_eq!(component, target_of_projects().join("admit/mine.wasm"));
    let bytes = fs::read(component).unwrap();
    assert!(bytes.len() < 90_000, "{} bytes", bytes.len());
    assert!(!contains(&bytes, "schemars") && !contains(&bytes, folder.path().as_os_str()));
    let said = run(admit().arg("inspect").arg(component), &project);
    assert!(said.contains("imports    none\n"), "{said}");

    let eval = |email: &str| {
        let event =
            format!(r#"{{"request":{{"userAttributes":{{"email":"{email}"}}}},"response":{{}}}}"#);
        fs::write(folder.path().join("event.json"), event).unwrap();
        let mut command = admit();
        command.args(["eval", "--settings", r#"{"domains": ["example.com"]}"#]);
        command.arg("--policy").arg(component).arg(folder.path().join("event.json"));
        command.output().unwrap().status.code()
    };
    assert_eq!(eval("mary@example.com"), Some(0));
    assert_eq!(eval("mary@example.net"), Some(3));
    the_schema_is_written_on_demand(&project);
}

/// A field more: the test fails and says what to type, and that helps.
fn the_schema_is_written_on_demand(project: &Path) {
    let source = project.join("src/lib.rs");
    let text = fs::read_to_string(&source).unwrap();
    let field = "    /// Whether it matters.\n    #[serde(default)]\n    pub strict: bool,\n";
    let (before, after) = text.split_once("}\n\nimpl Policy").unwrap();
    fs::write(&source, format!("{before}{field}}}\n\nimpl Policy{after}")).unwrap();
    let mut test = cargo();
    test.args(["test", "--quiet"])
        .current_dir(project)
        .env("CARGO_TARGET_DIR", target_of_projects());
    let output = test.output().unwrap();
    assert_eq!(output.status.code(), Some(101));
    let said = stdout(&output);
    assert!(said.contains("  /properties/strict: nothing, {\"default\":false,"), "{said}");
    assert!(said.contains("run `ADMIT_UPDATE_SCHEMA=1 cargo test` to write it"), "{said}");
    let output = test.env("ADMIT_UPDATE_SCHEMA", "1").output().unwrap();
    assert!(output.status.success(), "{}", stdout(&output));
    run(cargo().args(["test", "--quiet"]), project);
}

fn contains(bytes: &[u8], part: impl AsRef<std::ffi::OsStr>) -> bool {
    let part = part.as_ref().as_encoded_bytes();
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn the_output_names_the_files_and_the_next_commands() {
    let folder = tempfile::tempdir().unwrap();
    let output = new(folder.path(), "below/mine");
    assert_eq!(stderr(&output), "");
    let said = stdout(&output);
    assert!(said.starts_with("created the policy project `below/mine`:\n"), "{said}");
    assert!(said.ends_with("\nRun its cases:\n  cd below/mine\n  admit test\n"), "{said}");
    let project = folder.path().join("below/mine");
    for line in said.lines().filter_map(|line| line.strip_prefix("  ")) {
        let Some((file, _)) = line.split_once("  ") else { continue };
        assert!(project.join(file).exists(), "{file}");
    }
    let output = new(folder.path(), "my policies/mine");
    assert!(stdout(&output).ends_with("\n  cd 'my policies/mine'\n  admit test\n"));
}

#[test]
fn existing_files_stay_and_a_bad_name_is_refused() {
    let (folder, project) = project();
    fs::write(project.join("src/lib.rs"), "mine").unwrap();
    let output = new(folder.path(), "mine");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stderr(&output), "error: `mine` is there already, and not empty\n");
    assert_eq!(fs::read_to_string(project.join("src/lib.rs")).unwrap(), "mine");

    for (name, expected) in [
        (
            "Foo Bar",
            "`Foo Bar` is not a name for a policy: use at most 64 lower-case letters, digits,",
        ),
        ("../x/1abc", "`1abc` is not a name for a policy"),
        ("test", "has the name `test`: take another one"),
        ("std", "has the name `std`: take another one"),
        (".", "its last part is not a name"),
    ] {
        let output = new(folder.path(), name);
        assert_eq!(output.status.code(), Some(2), "{name}");
        let said = stderr(&output);
        assert!(said.contains(expected), "{said}");
    }
    let left: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["mine"]);
}

/// The copy of the SDK is the SDK, file by file.
#[test]
fn the_sdk_for_rust_is_copied_unchanged() {
    let (_folder, project) = project();
    let (copy, sdk) = (project.join("sdk"), root().join("guest-sdk/rust"));
    let ours = BTreeSet::from(["Cargo.toml", "LICENSE", "rustfmt.toml"].map(PathBuf::from));
    let expected: BTreeSet<PathBuf> = files(&sdk).union(&ours).cloned().collect();
    assert_eq!(files(&copy), expected);
    for file in expected {
        let original = match file.to_str().unwrap() {
            "Cargo.toml" => continue,
            "LICENSE" | "rustfmt.toml" => root().join(&file),
            _ => sdk.join(&file),
        };
        assert!(fs::read(copy.join(&file)).unwrap() == fs::read(original).unwrap(), "{file:?}");
    }

    let (copy, here) = (package(&project.join("sdk")), package(&sdk));
    let features = |package: &Package| package.features.clone();
    assert_eq!(features(&copy), features(&here));
    assert_eq!(copy.version, here.version);
    assert_eq!((copy.edition, &copy.rust_version), (here.edition, &here.rust_version));
    assert_eq!((&copy.license, &copy.description), (&here.license, &here.description));
    let of = |package: &Package| -> Vec<String> { package.dependencies.iter().map(said).collect() };
    assert_eq!(of(&copy), of(&here));
}

/// The languages that are offered, by what is typed for them.
fn languages() -> Vec<String> {
    let help = stdout(&admit().args(["new", "-h"]).output().unwrap());
    let (_, values) = help.split_once("[possible values: ").unwrap_or_default();
    let (values, _) = values.split_once(']').expect("the values of --lang");
    values.split(',').map(|value| value.trim().to_owned()).collect()
}

/// The SDKs of the other languages, in all folders that the copy has.
#[test]
fn every_sdk_is_copied_unchanged() {
    let languages = languages();
    assert!(languages.contains(&"rust".to_owned()), "{languages:?}");
    for language in languages.iter().filter(|language| *language != "rust") {
        let here = tempfile::tempdir().unwrap();
        let output =
            admit().current_dir(here.path()).args(["new", "mine", "--lang", language]).output();
        assert!(output.as_ref().unwrap().status.success(), "{}", stderr(&output.unwrap()));
        let sdk = if language == "ts" { "js" } else { language };
        let sdk = root().join("guest-sdk").join(sdk);
        let copy = here.path().join("mine/sdk");
        let copied = files(&copy);
        for file in &copied {
            let original = match file.to_str() {
                Some("LICENSE") => root().join("LICENSE"),
                _ => sdk.join(file),
            };
            let text = fs::read(original).unwrap_or_else(|_| panic!("{language}: {file:?}"));
            assert!(fs::read(copy.join(file)).unwrap() == text, "{language}: {file:?}");
        }
        let folders = fs::read_dir(&copy).unwrap().map(|entry| entry.unwrap().path());
        for folder in folders.filter(|path| path.is_dir()) {
            let name = folder.file_name().unwrap();
            let is_cache = |file: &PathBuf| file.iter().any(|part| part == "__pycache__");
            let all = files(&sdk.join(name)).into_iter().filter(|file| !is_cache(file));
            let missing: Vec<_> = all.filter(|file| !folder.join(file).exists()).collect();
            assert!(missing.is_empty(), "{language}: {name:?}: {missing:?}");
        }
        let policy = fs::read_to_string(here.path().join("mine/policy.toml")).unwrap();
        assert!(policy.contains("\nlanguage = \""), "{policy}");
        assert!(policy.contains("name = \"mine\"\n"), "{policy}");
    }
}

/// A dependency as a package declares it.
fn said(dependency: &Dependency) -> String {
    let Dependency { name, req, kind, optional, uses_default_features, features, .. } = dependency;
    let mut features = features.clone();
    features.sort();
    format!("{name} {req} {kind} {optional} {uses_default_features} {features:?}")
}

fn package(folder: &Path) -> Package {
    let mut command = MetadataCommand::new();
    command.manifest_path(folder.join("Cargo.toml")).no_deps();
    let metadata: Metadata = command.exec().expect("cargo metadata");
    let found = metadata.packages.into_iter().find(|package| package.name == "admit-policy");
    found.expect("the SDK")
}

/// The files below a folder, by their names from there.
fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = PathBuf::from(entry.file_name());
        match entry.path().is_dir() {
            true => found.extend(files(&entry.path()).into_iter().map(|file| name.join(file))),
            false => drop(found.insert(name)),
        }
    }
    found
}

/// The schemas that an editor is told to use are there, and accept the files.
#[test]
fn its_files_fit_the_schemas_that_they_name() {
    let (_folder, project) = project();
    for file in ["policy.toml", "cases.toml"] {
        let text = fs::read_to_string(project.join(file)).unwrap();
        let schema = text.lines().next().unwrap().strip_prefix("#:schema ./").unwrap();
        let schema = fs::read(project.join(schema)).unwrap();
        let schema = serde_json::from_slice(&schema).unwrap();
        let document: toml::Table = text.parse().unwrap();
        let document = serde_json::to_value(document).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let errors: Vec<_> = validator.iter_errors(&document).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{file}: {errors:?}");
    }
}
