//! Files that a command is told to write: devices and pipes stay what they are, links lead where
//! they led, and nothing that a command reads is lost.

use crate::projects::FakeTools;
use admit_tests::{admit, component, skip, stderr, stdout};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;

/// A folder with a manifest, its component, a case with an event, and a policy project whose tools
/// are fakes.
struct Here(FakeTools);

/// Each command that writes a file, but for its name.
const WRITING: [&[&str]; 3] = [
    &["report", "admit.toml", "--no-times", "-o"],
    &["bench", "admit.toml", "--samples", "1", "--event", "event.json", "--save"],
    &["build", "project", "-o"],
];

const POLICY: &str = "[[policy]]\nid = \"p\"\ncomponent = \"p.wasm\"\nreads = []\n\
                      verdicts = [\"confirm\"]\n";

const CASES: &str = "[[case]]\nname = \"c\"\nevent = \"event.json\"\nconfirm = true\n";

impl Here {
    fn new() -> Here {
        let here = Here(FakeTools::node());
        here.write("admit.toml", POLICY);
        here.write("cases.toml", CASES);
        here.write("event.json", "{\"userName\": \"mary_major\", \"response\": {}}");
        fs::copy(component("grants-everything"), here.path("p.wasm")).unwrap();
        here.write("project/cases.toml", CASES.replace("event.json", "../event.json").as_str());
        here
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.root().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = admit();
        command.current_dir(self.0.root()).args(args).stdin(Stdio::null());
        command.env("PATH", self.0.root().join("tools"));
        command
    }

    /// Has a command write to a file.
    fn run(&self, writing: &[&str], to: &str) -> Output {
        self.command(writing).arg(to).output().unwrap()
    }

    fn mkfifo(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        path
    }
}

fn begins(bytes: &[u8], writing: &[&str]) -> bool {
    let expected: &[u8] = match writing[0] {
        "report" => b"<!DOCTYPE html>",
        "bench" => b"{",
        _ => b"\0asm",
    };
    bytes.starts_with(expected)
}

fn check_refused(output: &Output, words: &[&str]) {
    let said = stderr(output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for word in words {
        assert!(said.contains(word), "no `{word}` in {said}");
    }
}

#[test]
fn a_pipe_is_written_to_and_stays() {
    let here = Here::new();
    let pipe = here.mkfifo("pipe");
    symlink("pipe", here.path("link")).unwrap();
    for writing in WRITING {
        for name in ["pipe", "link"] {
            // The reader is started before; a pipe that was replaced would keep it waiting.
            let reader = Command::new("cat").arg(&pipe).stdout(Stdio::piped()).spawn().unwrap();
            let read = thread::spawn(move || reader.wait_with_output().unwrap().stdout);
            let output = here.run(writing, name);
            assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo(), "{writing:?}");
            assert!(output.status.success(), "{}", stderr(&output));
            assert!(begins(&read.join().unwrap(), writing), "{writing:?}");
            assert!(here.path("link").is_symlink());
        }
    }
}

/// A null device of the test's own.
#[test]
fn a_device_is_written_to_and_stays() {
    let here = Here::new();
    let device = here.path("null");
    let made = Command::new("mknod").arg(&device).args(["c", "1", "3"]).output();
    let is_writable = || fs::OpenOptions::new().write(true).open(&device).is_ok();
    if !made.is_ok_and(|made| made.status.success()) || !is_writable() {
        return skip("a_device_is_written_to_and_stays", "only root makes devices");
    }
    for writing in WRITING {
        let output = here.run(writing, "null");
        assert!(output.status.success(), "{}", stderr(&output));
        let kind = fs::symlink_metadata(&device).unwrap().file_type();
        assert!(kind.is_char_device(), "{writing:?}");
    }
    // The name of a component in an error is not its content.
    let output = here.run(&["build", "project", "--format", "json", "-o"], "null");
    let built: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert!(built["bytes"].as_u64() > Some(100), "{built}");
}

#[test]
fn a_link_is_followed_and_stays() {
    let here = Here::new();
    fs::create_dir(here.path("elsewhere")).unwrap();
    for writing in WRITING {
        here.write("elsewhere/file", "before");
        symlink("elsewhere/file", here.path("link")).unwrap();
        let output = here.run(writing, "link");
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(here.path("link").is_symlink());
        assert!(begins(&fs::read(here.path("elsewhere/file")).unwrap(), writing));
        fs::remove_file(here.path("link")).unwrap();

        symlink("elsewhere/nothing", here.path("link")).unwrap();
        check_refused(&here.run(writing, "link"), &["cannot write `link`", "leads nowhere"]);
        assert!(here.path("link").is_symlink() && !here.path("elsewhere/nothing").exists());
        fs::remove_file(here.path("link")).unwrap();

        check_refused(&here.run(writing, "elsewhere"), &["cannot write `elsewhere`", "a folder"]);
    }
    let left: Vec<_> = fs::read_dir(here.path("elsewhere")).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn an_input_is_not_overwritten() {
    let here = Here::new();
    symlink("admit.toml", here.path("link")).unwrap();
    fs::hard_link(here.path("p.wasm"), here.path("name")).unwrap();
    let of_manifest = ["admit.toml", "p.wasm", "cases.toml", "event.json", "link", "name"];
    let of_project = ["project/policy.toml", "project/src/policy.ts", "project/cases.toml"];
    for writing in WRITING {
        let inputs = if writing[0] == "build" { &of_project[..] } else { &of_manifest };
        for input in inputs {
            let before = fs::read(here.path(input)).unwrap();
            let words = [format!("cannot write `{input}`"), "name another file".to_owned()];
            check_refused(&here.run(writing, input), &[&words[0], &words[1]]);
            assert!(fs::read(here.path(input)).unwrap() == before, "{input}");
        }
    }
    assert!(here.path("link").is_symlink());
    // The projects that a manifest names are inputs too.
    here.write("admit.toml", &POLICY.replace("p.wasm", "project"));
    for input in of_project {
        check_refused(&here.run(WRITING[0], input), &["name another file"]);
    }
    let output = here.run(WRITING[0], "project/report.html");
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(here.run(WRITING[0], "project/report.html").status.success(), "once more");
}

/// Cases that are named are read, wherever they lie.
#[test]
fn named_cases_and_a_component_are_not_overwritten() {
    let here = Here::new();
    fs::rename(here.path("cases.toml"), here.path("other.toml")).unwrap();
    let report = ["report", "p.wasm", "--no-times", "--cases", "other.toml", "-o"];
    for input in ["p.wasm", "other.toml", "event.json"] {
        check_refused(&here.run(&report, input), &["name another file"]);
    }
    assert_eq!(fs::read_to_string(here.path("other.toml")).unwrap(), CASES);
}

#[test]
fn a_component_and_a_baseline_may_be_replaced() {
    let here = Here::new();
    let built = stdout(&here.command(&["build", "project"]).output().unwrap());
    let before = fs::read(built.trim()).unwrap();
    assert!(here.run(WRITING[2], built.trim()).status.success());
    assert!(fs::read(built.trim()).unwrap() == before);

    assert!(here.run(WRITING[1], "base.json").status.success());
    let again = [WRITING[1], &["base.json", "--baseline"]].concat();
    let output = here.run(&again, "base.json");
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn an_input_is_not_replaced_by_a_package_or_a_bundle() {
    let here = Here::new();
    let bundle = |args: &[&str], to: &str| here.run(&[&["bundle"], args].concat(), to);
    for input in ["admit.toml", "p.wasm", "link"] {
        if input == "link" {
            symlink("p.wasm", here.path("link")).unwrap();
        }
        let before = fs::read(here.path(input)).unwrap();
        let words = ["it belongs to what this command reads", "name another file"];
        check_refused(&bundle(&["--zip"], input), &words);
        assert!(fs::read(here.path(input)).unwrap() == before, "{input}");
    }
    // A bundle has such a name in it, and so may a component.
    fs::create_dir(here.path("bundle")).unwrap();
    fs::copy(here.path("p.wasm"), here.path("bundle/p.cwasm")).unwrap();
    here.write("admit.toml", &POLICY.replace("p.wasm", "bundle/p.cwasm"));
    check_refused(&bundle(&["-o"], "bundle"), &["`bundle/p.cwasm` in it", "name another folder"]);
    assert!(here.path("bundle/p.cwasm").exists());
    symlink("nowhere", here.path("dangling")).unwrap();
    for place in ["-o", "--zip"] {
        check_refused(&bundle(&[place], "dangling"), &["leads nowhere"]);
    }
    assert!(here.path("dangling").is_symlink() && !Path::new(&here.path("nowhere")).exists());
}
