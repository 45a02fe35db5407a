//! Links that the author of a project left where a build writes: they would lead to any file of
//! the person who builds, or only looks.

use super::FakeTools;
use admit_tests::{admit, stderr};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// Everything that builds what it is shown.
const BUILDING: [&str; 3] = ["inspect", "check", "build"];

const MINE: &str = "a file of the person who builds";

/// Puts a link into the project, which leads to a file or a folder, and builds. Nothing is
/// written to where it leads, and the link is named.
fn check_link(tools: &FakeTools, link: &str, leads_to: &str) {
    let mine = tools.root().join("mine");
    fs::create_dir_all(mine.join("folder")).unwrap();
    fs::write(mine.join("file"), MINE).unwrap();
    fs::write(mine.join("folder/keep"), MINE).unwrap();
    let path = tools.project().join(link);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    // A build that was refused may have left its lock there.
    drop(fs::remove_file(&path));
    symlink(mine.join(leads_to), &path).unwrap();
    for command in BUILDING {
        let mut command = admit_in(tools, command);
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

fn admit_in(tools: &FakeTools, command: &str) -> std::process::Command {
    let mut admit = admit();
    admit.current_dir(tools.root()).args([command, "project"]);
    admit.env("PATH", tools.root().join("tools")).env_remove("PYTHONPATH");
    admit
}

#[test]
fn a_build_does_not_follow_links_to_files_outside() {
    for tools in [FakeTools::c(), FakeTools::node(), FakeTools::python()] {
        for link in ["target/admit/mine.wasm", "target/admit/.lock", "target/CACHEDIR.TAG"] {
            check_link(&tools, link, "file");
            check_link(&tools, link, "nothing");
        }
        check_link(&tools, "target/admit/mine.inputs.json", "file");
        fs::remove_dir_all(tools.project().join("target")).unwrap();
        check_link(&tools, "target", "folder");
        check_link(&tools, "target/admit", "folder");
    }
    // Without any, it builds.
    let tools = FakeTools::node();
    let output = tools.build();
    assert!(output.status.success(), "{}", stderr(&output));
}

/// The tools of a project are installed beside its lock file, which may lie above it.
#[test]
fn an_installation_does_not_follow_links() {
    for tools in [FakeTools::node(), FakeTools::python()] {
        fs::create_dir_all(tools.root().join("target/admit")).unwrap();
        fs::rename(tools.root().join(tools.lock), tools.project().join(tools.lock)).unwrap();
        if tools.lock == "package-lock.json" {
            fs::copy(tools.root().join("package.json"), tools.project().join("package.json"))
                .unwrap();
        } else {
            // Made anew, it would be emptied first.
            check_link(&tools, ".venv", "folder");
            assert_eq!(tools.started(), [""; 0]);
        }
        check_link(&tools, "target/admit/.install", "file");
        assert_eq!(tools.started(), [""; 0]);
    }
}

/// The build does not wait for a writer of the pipe.
#[test]
fn a_pipe_instead_of_a_component_is_replaced() {
    let tools = FakeTools::node();
    let built = tools.project().join("target/admit/mine.wasm");
    fs::create_dir_all(built.parent().unwrap()).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&built).status();
    assert!(made.unwrap().success());
    let output = tools.build();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(built.is_file());
}

#[test]
fn a_schema_is_not_taken_from_outside_the_project() {
    let tools = FakeTools::node();
    let schema = "{\"type\": \"object\", \"title\": \"a secret\"}";
    fs::write(tools.root().join("any.json"), schema).unwrap();
    fs::create_dir(tools.project().join("schemas")).unwrap();
    fs::write(tools.project().join("schemas/own.json"), schema).unwrap();
    symlink("../any.json", tools.project().join("link.json")).unwrap();
    symlink("..", tools.project().join("up")).unwrap();
    symlink("schemas/own.json", tools.project().join("own.json")).unwrap();
    let file = tools.project().join("policy.toml");
    let text = fs::read_to_string(&file).unwrap();
    let build = |name: &str| {
        fs::write(&file, format!("{text}settings = {name:?}\n")).unwrap();
        tools.build()
    };
    let absolute = tools.root().join("any.json").display().to_string();
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
