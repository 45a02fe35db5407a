//! Links that the author of a project left where a build writes: they would lead to any file of
//! the person who builds, or only looks.

use super::Played;
use admit_tests::{admit, stderr};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// Everything that builds what it is shown.
const BUILDING: [&str; 3] = ["inspect", "check", "build"];

const MINE: &str = "a file of the person who builds";

/// Puts a link into the project, which leads to a file or a folder, and builds. Nothing is
/// written to where it leads, and the link is named.
fn check_link(played: &Played, link: &str, leads_to: &str) {
    let mine = played.root().join("mine");
    fs::create_dir_all(mine.join("folder")).unwrap();
    fs::write(mine.join("file"), MINE).unwrap();
    fs::write(mine.join("folder/keep"), MINE).unwrap();
    let path = played.project().join(link);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    // A build that was refused may have left its lock there.
    drop(fs::remove_file(&path));
    symlink(mine.join(leads_to), &path).unwrap();
    for command in BUILDING {
        let mut command = admit_in(played, command);
        let output = command.output().unwrap();
        let said = format!("{}{}", stderr(&output), admit_tests::stdout(&output));
        assert!(!output.status.success(), "{link}: {said}");
        assert!(said.contains(" is a symbolic link, and a build would write to"), "{link}: {said}");
        assert!(said.contains(&format!("{link}`")), "{link}: {said}");
        assert!(path.is_symlink(), "{link}");
        assert_eq!(fs::read_to_string(mine.join("file")).unwrap(), MINE, "{link}");
        assert_eq!(fs::read_to_string(mine.join("folder/keep")).unwrap(), MINE, "{link}");
        let count = |folder: &Path| fs::read_dir(folder).unwrap().count();
        assert_eq!((count(&mine), count(&mine.join("folder"))), (2, 1), "{link}");
    }
    fs::remove_file(&path).unwrap();
}

fn admit_in(played: &Played, command: &str) -> std::process::Command {
    let mut admit = admit();
    admit.current_dir(played.root()).args([command, "project"]);
    admit.env("PATH", played.root().join("tools")).env_remove("PYTHONPATH");
    admit
}

#[test]
fn no_link_leads_a_build_to_a_file_of_the_person_who_builds() {
    for played in [Played::c(), Played::node(), Played::python()] {
        for link in ["target/admit/mine.wasm", "target/admit/.lock", "target/CACHEDIR.TAG"] {
            check_link(&played, link, "file");
            check_link(&played, link, "nothing");
        }
        check_link(&played, "target/admit/mine.inputs.json", "file");
        fs::remove_dir_all(played.project().join("target")).unwrap();
        check_link(&played, "target", "folder");
        check_link(&played, "target/admit", "folder");
    }
    // Without any, it builds.
    let played = Played::node();
    let output = played.build();
    assert!(output.status.success(), "{}", stderr(&output));
}

/// The tools of a project are installed beside its lock file, which may lie above it.
#[test]
fn no_link_leads_an_installation_elsewhere() {
    for played in [Played::node(), Played::python()] {
        fs::create_dir_all(played.root().join("target/admit")).unwrap();
        fs::rename(played.root().join(played.lock), played.project().join(played.lock)).unwrap();
        if played.lock == "package-lock.json" {
            fs::copy(played.root().join("package.json"), played.project().join("package.json"))
                .unwrap();
        } else {
            // Made anew, it would be emptied first.
            check_link(&played, ".venv", "folder");
            assert_eq!(played.started(), [""; 0]);
        }
        check_link(&played, "target/admit/.install", "file");
        assert_eq!(played.started(), [""; 0]);
    }
}

/// What is no file is not waited for.
#[test]
fn a_pipe_in_the_place_of_a_component_is_replaced() {
    let played = Played::node();
    let built = played.project().join("target/admit/mine.wasm");
    fs::create_dir_all(built.parent().unwrap()).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&built).status();
    assert!(made.unwrap().success());
    let output = played.build();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(built.is_file());
}

#[test]
fn a_schema_is_not_taken_from_outside_the_project() {
    let played = Played::node();
    let schema = "{\"type\": \"object\", \"title\": \"a secret\"}";
    fs::write(played.root().join("any.json"), schema).unwrap();
    fs::create_dir(played.project().join("schemas")).unwrap();
    fs::write(played.project().join("schemas/own.json"), schema).unwrap();
    symlink("../any.json", played.project().join("link.json")).unwrap();
    symlink("..", played.project().join("up")).unwrap();
    symlink("schemas/own.json", played.project().join("own.json")).unwrap();
    let file = played.project().join("policy.toml");
    let text = fs::read_to_string(&file).unwrap();
    let build = |name: &str| {
        fs::write(&file, format!("{text}settings = {name:?}\n")).unwrap();
        played.build()
    };
    let absolute = played.root().join("any.json").display().to_string();
    let names = [&absolute, "../any.json", "schemas/../../any.json", "link.json", "up/any.json"];
    for name in names {
        let output = build(name);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{name}: {said}");
        assert!(said.contains("leads out of the project: name a file in the folder"), "{said}");
        assert!(said.contains("policy.toml:7:12"), "{said}");
    }
    for name in ["schemas/own.json", "./schemas/own.json", "own.json"] {
        let output = build(name);
        assert!(output.status.success(), "{name}: {}", stderr(&output));
    }
}
