//! Untrusted packages: whatever a program could unpack differently than Lambda or another program is a
//! flaw with a name, and nothing is loaded from such a package.

mod bounded;
mod bounds;
mod mutants;
#[path = "support/mutation.rs"]
mod mutation;
mod zip_parts;

use self::zip_parts::{Parts, at};
use admit_tests::{admit, component, event, executable, stderr, stdout};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use tempfile::TempDir;

/// A folder with a manifest and the package of it.
pub(crate) struct Place(TempDir);

const MANIFEST: &str = "[[policy]]\nid = \"p\"\ncomponent = \"p.wasm\"\nreads = []\n\
                        verdicts = [\"confirm\"]\n";

impl Place {
    pub(crate) fn new() -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        fs::write(place.path("admit.toml"), MANIFEST).unwrap();
        fs::write(place.path("event.json"), event("sign-up.json")).unwrap();
        fs::write(place.path("bootstrap"), executable()).unwrap();
        fs::copy(component("grants-everything"), place.path("p.wasm")).unwrap();
        let output = place.run(&["bundle", "--bootstrap", "bootstrap", "--zip", "f.zip"]);
        assert!(output.status.success(), "{}", stderr(&output));
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = admit();
        command.current_dir(self.0.path()).args(args);
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// The flaws that `inspect` reports, after a check of its exit status.
    fn flaws(&self) -> Vec<String> {
        let output = self.run(&["inspect", "f.zip", "--format", "json"]);
        let found: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{:?}: {}", output.status, stderr(&output)));
        let flaws = found["flaws"].as_array().unwrap().iter();
        let flaws: Vec<_> = flaws.map(|flaw| flaw.as_str().unwrap().to_owned()).collect();
        assert_eq!(output.status.code(), Some(if flaws.is_empty() { 0 } else { 3 }));
        flaws
    }
}

/// The commands that load a package, or its sources.
const LOADING: [&[&str]; 4] = [
    &["diff", "f.zip", "admit.toml", "--events", "event.json"],
    &["check", "f.zip"],
    &["report", "f.zip", "-o", "-", "--no-times"],
    &["replay", "stored.log", "--manifest", "f.zip"],
];

const STORED: &str = r#"{"type":"stored-event","timestamp":"t","requestId":"r","event":"{}"}
{"type":"decision","timestamp":"t","requestId":"r","answer":"admit","flags":{},"policies":[]}
"#;

/// A change of a package, and the resulting flaws.
type Change = (fn(&mut Parts), &'static [&'static str]);

const CHANGES: [Change; 18] = [
    (|_| {}, &[]),
    (|zip| zip.bootstrap().set_mode(0o120_777), &["`bootstrap`: it is a symbolic link"]),
    (|zip| zip.code().set_mode(0o120_777), &["`bundle/{1}`: it is a symbolic link"]),
    (|zip| zip.code().set_mode(0o060_644), &["`bundle/{1}`: it is not a regular file"]),
    (
        |zip| zip.code().set_mode(0o100_600),
        &["`bundle/{1}`: not readable by all users, as Lambda requires"],
    ),
    (|zip| zip.code().record[5] = 0, &["`bundle/{1}`: it has no permissions"]),
    (
        |zip| zip.about().before = zip.about().before_data(),
        &["`bundle/about.json`: it does not follow the file that is listed before it"],
    ),
    (
        |zip| zip.before_directory = b"PK\x03\x04hidden".to_vec(),
        &["zip: its directory does not follow its last file"],
    ),
    (|zip| zip.before = b"#!/bin/sh\nexit\n".to_vec(), &["zip: 15 bytes before its first file"]),
    (|zip| zip.before_end = vec![0; 9], &["zip: 9 bytes between its directory and its end"]),
    (|zip| zip.behind = b"PK".to_vec(), &["zip: 2 bytes after its end"]),
    (|zip| zip.comment = b"hello".to_vec(), &["zip: 5 bytes after its end"]),
    (
        |zip| zip.about().add(at::SIZE, 1),
        &["`bundle/about.json`: its size or its checksum differs from the directory"],
    ),
    (
        |zip| zip.about().add(at::CHECKSUM, 1),
        &["`bundle/about.json`: its size or its checksum differs from the directory"],
    ),
    (
        |zip| zip.about().header[at::NAME] = b'c',
        &["`bundle/about.json`: its local header differs from the directory"],
    ),
    (
        |zip| zip.about().add(at::FLAGS, 8),
        &["`bundle/about.json`: it is encrypted, or its size follows its data"],
    ),
    (
        |zip| zip.about().add_extra(b"up\x05\0\x01abcd"),
        &["`bundle/about.json`: it has an extra field, a comment or attributes of another system"],
    ),
    (
        |zip| zip.about().append(b"and more"),
        &["`bundle/about.json`: more bytes follow its compressed data"],
    ),
];

#[test]
fn a_zip_that_programs_could_read_differently_has_a_flaw() {
    let place = Place::new();
    fs::write(place.path("stored.log"), STORED).unwrap();
    let whole = fs::read(place.path("f.zip")).unwrap();
    let parts = Parts::of(&whole);
    assert!(parts.bytes() == whole, "the helper changes nothing by itself");
    for (number, (change, flaws)) in CHANGES.iter().enumerate() {
        let mut zip = parts.clone();
        change(&mut zip);
        fs::write(place.path("f.zip"), zip.bytes()).unwrap();
        let compiled = zip.code().name.strip_prefix("bundle/").unwrap().to_owned();
        let flaws: Vec<String> = flaws.iter().map(|flaw| flaw.replace("{1}", &compiled)).collect();
        let found = place.flaws();
        assert_eq!(found, flaws, "{number}");
        let Some(flaw) = flaws.first() else { continue };
        let output = place.run(&["verify", "f.zip"]);
        assert_eq!(output.status.code(), Some(3), "{flaw}");
        assert!(stdout(&output).contains(&format!("\nflaw: {flaw}\n")), "{}", stdout(&output));
        let check = ["bundle", "--bootstrap", "bootstrap", "--zip", "f.zip", "--check"];
        let output = place.run(&check);
        assert_eq!(output.status.code(), Some(3), "{flaw}");
        assert!(stdout(&output).contains(&format!("\nchanged: {flaw}\n")), "{}", stdout(&output));
        for command in LOADING {
            let output = place.run(command);
            assert_eq!(output.status.code(), Some(1), "{command:?} {flaw} {}", stdout(&output));
            let said = stderr(&output);
            assert!(said.contains(&format!("error: `f.zip`: {flaw}: ")), "{command:?} {said}");
        }
    }
}

#[test]
fn a_duplicate_or_unexpected_file_is_a_flaw() {
    let place = Place::new();
    let parts = Parts::of(&fs::read(place.path("f.zip")).unwrap());
    for (name, flaw) in [
        ("bundle/about.json", "`bundle/about.json`: twice"),
        ("bootstrap", "`bootstrap`: twice"),
        ("bundle/../x.json", "`../x.json`: not used"),
        ("../x", "`../x`: no part of a package"),
        ("bundle\\x", "`bundle\\x`: no part of a package"),
    ] {
        let mut zip = parts.clone();
        let one = if name == "bootstrap" { zip.bootstrap() } else { zip.about() };
        let mut more = one.clone();
        more.rename(name);
        zip.files.push(more);
        fs::write(place.path("f.zip"), zip.bytes()).unwrap();
        assert_eq!(place.flaws(), [flaw]);
        let output = place.run(LOADING[0]);
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert!(stderr(&output).contains(flaw), "{}", stderr(&output));
    }
}

#[test]
fn an_unreadable_zip_is_an_error_with_a_reason() {
    let place = Place::new();
    let whole = fs::read(place.path("f.zip")).unwrap();
    let parts = Parts::of(&whole);
    let mut overlapping = parts.clone();
    (0..20).for_each(|_| overlapping.repeated.push(0));
    let mut elsewhere = parts.clone();
    elsewhere.code().add(at::METHOD, 1);
    for (bytes, reason) in [
        (whole[..whole.len() - 30].to_vec(), "it has no directory of files"),
        (overlapping.bytes(), "its files overlap"),
        (elsewhere.bytes(), "has compression method 9; only stored and deflated files are read"),
        ([&whole[..60], &whole[90..]].concat(), "its directory is not at its offset"),
    ] {
        fs::write(place.path("f.zip"), bytes).unwrap();
        let output = place.run(&["inspect", "f.zip"]);
        assert_eq!(output.status.code(), Some(1), "{reason}");
        let said = stderr(&output);
        assert!(said.starts_with("error: `f.zip` is not a deployment package: "), "{said}");
        assert!(said.contains(reason), "{said}");
    }
}

#[test]
fn an_import_is_granted_by_its_whole_name() {
    let place = Place::new();
    let output = place.run(&["bundle", "-o", "bundle"]);
    assert!(output.status.success(), "{}", stderr(&output));
    for (name, status) in [
        ("admit:policy/log@0.1.0", 0),
        ("admit:policy/log@0.1.0\\n", 3),
        ("admit:policy/log@0.1.0-x", 3),
        ("admit:policy/log@0.1.\\u0660", 3),
    ] {
        bounds::write_about(&place, |about| {
            assert!(about.contains("\"admit:policy/log@0.1.0\""));
            about.replace("\"admit:policy/log@0.1.0\"", &format!("\"{name}\""))
        });
        let output = place.run(&["inspect", "bundle"]);
        assert_eq!(output.status.code(), Some(status), "{name} {}", stdout(&output));
    }
}
