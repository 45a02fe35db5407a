//! Components that are refused before they run.

use super::outcome::{eval, refused, refused_and_not_loaded};
use admit_tests::{admit, root, stderr};
use std::process::Command;

#[test]
fn wasi() {
    let reason = "imports `wasi:cli/environment@0.2.3`, which is not granted to policies: \
                  policies have no WASI";
    refused_and_not_loaded("wasi", reason);
}

#[test]
fn unknown_interface() {
    let reason = "imports `acme:keys/pool@1.0.0`, which is not granted to policies";
    refused_and_not_loaded("unknown-interface", reason);
}

#[test]
fn newer_log() {
    let reason = "imports `admit:policy/log@0.3.0`, which is not granted to policies";
    refused_and_not_loaded("newer-log", reason);
}

#[test]
fn another_log() {
    let reason = "does not implement the contract `admit:policy@0.1.0`: component imports instance \
                  `admit:policy/log@0.1.0`";
    refused_and_not_loaded("another-log", reason);
}

#[test]
fn empty() {
    refused_and_not_loaded("empty", "it exports nothing");
}

#[test]
fn another_type() {
    refused_and_not_loaded("another-type", "does not implement the contract `admit:policy@0.1.0`");
}

#[test]
fn unfolds() {
    refused("unfolds", "nests components that would expand to more than 100000 parts");
}

#[test]
fn hands_itself_texts() {
    refused("hands-itself-texts", "cannot be compiled; perhaps nested components pass strings");
}

#[test]
fn unfolds_exports() {
    refused("unfolds-exports", "would expand to more than 100000 parts");
}

#[test]
fn unfolds_borders() {
    refused("unfolds-borders", "would expand to more than 100000 parts");
}

#[test]
fn escapes() {
    let output = eval("escapes", "");
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(
        !said.contains('\u{1b}') && said.contains("which is not granted to policies"),
        "{said:?}"
    );
}

/// A component that would take minutes to compile is refused before that.
#[test]
fn a_very_large_function_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.wasm");
    let text = format!("(component (core module (func {})))", "nop ".repeat(600 << 10));
    std::fs::write(&file, wat::parse_str(text).unwrap()).unwrap();
    let event = root().join("tests/events/sign-up.json");
    let output = admit().args(["eval", "--policy"]).arg(&file).arg(event).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let reason = "has a function of 600 KiB; the maximum is 512 KiB";
    assert!(stderr(&output).contains(reason), "{}", stderr(&output));
}

/// The first bytes tell what a file is instead of a component.
#[test]
fn a_file_that_is_not_a_component_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.wasm");
    let check = |reason: &str| {
        let event = root().join("tests/events/sign-up.json");
        let output = admit().args(["eval", "--policy"]).arg(&file).arg(event).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(reason), "{}", stderr(&output));
    };
    for (bytes, reason) in [
        (&b""[..], "an empty file, not a WebAssembly component"),
        (b"\x7fELF\x02\x01\x01", "an ELF file, not a WebAssembly component"),
        (b"\0asm\x01\0\0\0", "a core WebAssembly module, not a component"),
        (b"\0asm\x0d\0\x01\0\xff", "invalid component"),
        (b"hello", "an unknown kind of file"),
    ] {
        std::fs::write(&file, bytes).unwrap();
        check(reason);
    }
    std::fs::remove_file(&file).unwrap();
    // Reading it would never end.
    assert!(Command::new("mkfifo").arg(&file).status().unwrap().success());
    check("not a regular file");
}

#[test]
fn exports_wizer_initialize() {
    let reason = "exports `wizer-initialize`, a name that is reserved for snapshots";
    refused_and_not_loaded("exports-wizer-initialize", reason);
}
