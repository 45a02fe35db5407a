//! The errors that a newcomer meets, as golden files in `tests/golden/errors`.

use admit_tests::{admit, check_golden, component, event, least_event, stderr, stdout};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const POLICY: &str = "[[policy]]\nid = \"minimum\"\ncomponent = \"minimum.wasm\"\n\
                      reads = [\"userName\"]\nverdicts = [\"deny\"]\n";

/// A folder with a manifest, a component and an event, as a newcomer has them.
fn folder(manifest: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("admit.toml"), manifest).unwrap();
    let event = least_event("\"userName\":\"mary_major\",");
    fs::write(folder.path().join("event.json"), event).unwrap();
    let component = component("minimum-username-length");
    fs::copy(component, folder.path().join("minimum.wasm")).unwrap();
    folder
}

/// Runs `admit eval event.json` there, and compares what it says.
fn check(name: &str, folder: &Path) {
    let mut command = admit();
    // A project in such a folder is built there, as a newcomer's is.
    command.current_dir(folder).env_remove("CARGO_TARGET_DIR");
    let output = command.args(["eval", "event.json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{name}");
    assert_eq!(stdout(&output), "", "{name}");
    check_golden(&format!("errors/{name}.txt"), &stderr(&output));
}

fn check_manifest(name: &str, manifest: &str) {
    check(name, folder(manifest).path());
}

#[test]
fn a_mistake_in_the_manifest_is_shown_in_its_line() {
    check_manifest("misspelt-key", &POLICY.replace("verdicts", "verdict"));
    check_manifest("missing-key", &POLICY.replace("reads = [\"userName\"]\n", ""));
    check_manifest("doubled-id", &format!("{POLICY}\n{POLICY}"));
    check_manifest("unknown-path", &POLICY.replace("userName", "username"));
    check_manifest("unknown-verdict", &POLICY.replace("deny", "denied"));
    check_manifest("zero-limit", &format!("{POLICY}limits = {{ fuel = 0 }}\n"));
    check_manifest("no-time", &format!("{POLICY}limits = {{ time = \"1 minute\" }}\n"));
    for (name, scope) in [
        ("any-client", "clients = [\"*\"]"),
        ("pool-arn", "user-pools = [\"arn:aws:cognito-idp:us-east-1:123456789012:userpool/p\"]"),
        ("trailing-blank", "user-pools = [\"us-east-1_EXAMPLE \"]"),
        ("empty-client", "clients = [\"1example23456789\", \"\"]"),
        ("other-trigger", "triggers = [\"PreSignup\"]"),
        ("misspelt-trigger", "triggers = [\"PreSignUp_Signup\"]"),
    ] {
        check_manifest(name, &format!("{POLICY}applies-to = {{ {scope} }}\n"));
    }
    check_manifest("no-toml", &format!("{POLICY}settings = {{ characters: 5 }}\n"));
}

#[test]
fn settings_that_the_policy_refuses() {
    check_manifest(
        "refused-settings",
        &format!("{POLICY}settings = {{ characters = \"five\" }}\n"),
    );
    check_manifest("unknown-setting", &format!("{POLICY}settings = {{ length = 5 }}\n"));
    let table = format!("{POLICY}\n[policy.settings]\ncharacters = -5 # of them\n");
    check_manifest("refused-setting-in-a-table", &table);
}

/// Settings of the command line have no line; the error names the key.
#[test]
fn settings_on_the_command_line_that_the_policy_refuses() {
    let here = folder("");
    let mut command = admit();
    command.current_dir(here.path()).args(["eval", "--policy", "minimum.wasm", "event.json"]);
    let output = command.args(["--settings", "{ \"characters\": \"5\" }"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    check_golden("errors/refused-settings-argument.txt", &stderr(&output));
}

#[test]
fn a_component_that_is_missing_or_not_one() {
    check_manifest("missing-component", &POLICY.replace("minimum.wasm", "minimal.wasm"));
    check_manifest("no-component", &POLICY.replace("minimum.wasm", "event.json"));
    let here = folder(&POLICY.replace("minimum.wasm", "other.wasm"));
    let other = here.path().join("other.wasm");
    for (name, bytes) in [
        ("core-module", wat_of("(module)")),
        ("empty-file", Vec::new()),
        ("empty-component", fs::read(component("empty")).unwrap()),
        ("wasi-import", fs::read(component("wasi")).unwrap()),
        ("another-type", fs::read(component("another-type")).unwrap()),
        ("unfolds", fs::read(component("unfolds")).unwrap()),
        ("escape-codes", fs::read(component("escapes")).unwrap()),
        ("broken-component", [wat_of("(component)"), vec![0xff; 9]].concat()),
    ] {
        fs::File::create(&other).unwrap().write_all(&bytes).unwrap();
        check(name, here.path());
    }
}

#[test]
fn a_folder_that_is_not_a_policy_project() {
    let here = folder(&POLICY.replace("minimum.wasm", "docs"));
    fs::create_dir(here.path().join("docs")).unwrap();
    check("no-project", here.path());
}

#[test]
fn a_crate_that_is_not_a_policy() {
    let here = folder(&POLICY.replace("minimum.wasm", "plain"));
    let source = here.path().join("plain/src");
    fs::create_dir_all(&source).unwrap();
    let manifest = "[package]\nname = \"plain\"\nedition = \"2024\"\n";
    fs::write(here.path().join("plain/Cargo.toml"), manifest).unwrap();
    fs::write(source.join("lib.rs"), "").unwrap();
    check("no-policy", here.path());
}

/// They are shown before the build, which takes longer.
#[test]
fn a_mistake_in_policy_toml() {
    const SAID: &str = "name = \"mine\"\nversion = \"0.1.0\"\ndescription = \"Denies\"\n\
                        reads = [\"userName\"]\nverdicts = [\"confirm\"]\n";

    let here = tempfile::tempdir().unwrap();
    fs::write(here.path().join("Cargo.toml"), "[package]\nname = \"mine\"\n").unwrap();
    fs::write(here.path().join("text.json"), "{ type: object }").unwrap();
    fs::write(here.path().join("list.json"), "[]").unwrap();
    for (name, more) in [
        ("policy-unknown-key", "denial = \"too-short\"\n"),
        ("policy-code-without-deny", "[denials]\ntoo-short = \"It is too short\"\n"),
        ("policy-missing-schema", "settings = \"settings.schema.json\"\n"),
        ("policy-schema-not-json", "settings = \"text.json\"\n"),
        ("policy-schema-no-object", "settings = \"list.json\"\n"),
        ("policy-no-schema", "\n[settings]\ntype = \"table\"\n"),
    ] {
        fs::write(here.path().join("policy.toml"), format!("{SAID}{more}")).unwrap();
        let output = admit().current_dir(here.path()).arg("build").output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert_eq!(stdout(&output), "", "{name}");
        check_golden(&format!("errors/{name}.txt"), &stderr(&output));
    }
}

#[test]
fn a_manifest_without_policies_is_not_bundled() {
    let here = folder("");
    let output =
        admit().current_dir(here.path()).args(["bundle", "-o", "bundle"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    check_golden("errors/no-policies.txt", &stderr(&output));
}

#[test]
fn an_unknown_trigger_is_a_warning() {
    let here = folder(&format!("{POLICY}applies-to = {{ triggers = [\"PreSignUp_Another\"] }}\n"));
    let output = admit().current_dir(here.path()).args(["eval", "event.json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    check_golden("errors/unknown-trigger.txt", &stderr(&output));
}

#[test]
fn a_missing_or_malformed_event_or_manifest() {
    let here = folder(POLICY);
    fs::write(here.path().join("event.json"), "{ userName: 'mary' }").unwrap();
    check("event-not-json", here.path());
    fs::write(here.path().join("event.json"), "\n\n{\n  \"userName\": \"mary\",\n").unwrap();
    check("event-cut-off", here.path());
    let long = "x".repeat(100_000);
    let text = format!("{{\"a\": \"{long}\", userName: 1, \"b\": \"\u{1b}[31m{long}\"}}");
    fs::write(here.path().join("event.json"), text).unwrap();
    check("event-long-line", here.path());
    fs::write(here.path().join("event.json"), "[]").unwrap();
    check("event-no-object", here.path());
    // An event that a newcomer may think complete, and one of another trigger.
    fs::write(here.path().join("event.json"), "{ \"userName\": \"mary_major\" }").unwrap();
    check("event-no-trigger", here.path());
    let other = event("sign-up.json").replace("PreSignUp_SignUp", "PostConfirmation_ConfirmSignUp");
    fs::write(here.path().join("event.json"), other).unwrap();
    check("event-other-trigger", here.path());
    fs::remove_file(here.path().join("event.json")).unwrap();
    check("missing-event", here.path());

    let here = folder(POLICY);
    fs::remove_file(here.path().join("admit.toml")).unwrap();
    check("missing-manifest", here.path());
}

/// A toolchain without the Wasm target, behind a network that does not answer: rustup
/// itself fails, and the error says what to do.
#[test]
fn no_rustup_target_and_no_network() {
    let home = rustup_home_without_target();
    let here = tempfile::tempdir().unwrap();
    fs::write(here.path().join("Cargo.toml"), "[package]\nname = \"mine\"\n").unwrap();
    let output = admit()
        .current_dir(here.path())
        .arg("build")
        .env("RUSTUP_HOME", home.folder.path())
        .env("RUSTUP_TOOLCHAIN", &home.toolchain)
        .env("RUSTUP_DIST_SERVER", "http://127.0.0.1:9")
        .env("RUSTUP_MAX_RETRIES", "0")
        .env_remove("CARGO")
        .env_remove("RUSTC")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    // The text in between is rustup's.
    let ours = |line: &&str| line.contains("the Rust target wasm32-unknown-unknown");
    let said: String =
        stderr(&output).lines().filter(ours).map(|line| line.to_owned() + "\n").collect();
    check_golden("errors/no-target-no-network.txt", &said);
}

fn wat_of(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("valid text")
}

struct RustupHome {
    folder: TempDir,
    toolchain: String,
}

/// The toolchain of these tests, linked file by file into a rustup of its own, but for the
/// target and what rustup knows about it.
fn rustup_home_without_target() -> RustupHome {
    const TARGET: &str = "wasm32-unknown-unknown";
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output().expect("rustc");
    let sysroot = PathBuf::from(stdout(&sysroot).trim());
    let toolchain = sysroot.file_name().unwrap().to_str().unwrap().to_owned();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("toolchains").join(&toolchain);
    for part in ["bin", "lib"] {
        link_tree(&sysroot.join(part), &copy.join(part), &|name| name.contains(TARGET));
    }
    let rustlib = copy.join("lib/rustlib");
    for (file, separator) in [("components", "\n"), ("multirust-config.toml", "[[components]]")] {
        let path = rustlib.join(file);
        let text = fs::read_to_string(&path).unwrap();
        let kept: Vec<&str> = text.split(separator).filter(|part| !part.contains(TARGET)).collect();
        fs::remove_file(&path).unwrap();
        fs::write(&path, kept.join(separator)).unwrap();
    }
    fs::write(folder.path().join("settings.toml"), "version = \"12\"\n").unwrap();
    RustupHome { folder, toolchain }
}

/// Hard links for what is large, since a program finds its sysroot by its own real path,
/// and copies for what rustup might write to.
fn link_tree(from: &Path, to: &Path, skip: &dyn Fn(&str) -> bool) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if skip(entry.file_name().to_str().unwrap()) {
            continue;
        }
        if from.is_dir() {
            link_tree(&from, &to, skip);
        } else if entry.metadata().unwrap().len() < 1 << 20 || fs::hard_link(&from, &to).is_err() {
            fs::copy(&from, &to).unwrap();
        }
    }
}
