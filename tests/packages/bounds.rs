//! Untrusted files that would take much memory, time or output: the tool reads and prints within limits.

use super::Place;
use super::bounded::run;
use admit_core::{Manifest, RawManifest};
use admit_engine::bundle::{ABOUT, Entry, INDEX, Index, file_name};
use admit_engine::{CodeHash, Digest, Target};
use admit_package::write_zip;
use admit_tests::{component, executable, leb128, stderr, stdout, wasm_section, with_section};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::process::Output;

type Files = BTreeMap<String, Vec<u8>>;

/// The maximum size of a text about one file, in bytes.
const MAX_TEXT: usize = 200_000;

/// Changes `about.json` of a bundle, and its digests.
pub(super) fn write_about(place: &Place, change: impl FnOnce(String) -> String) {
    let (about, index) = (place.path("bundle").join(ABOUT), place.path("bundle").join(INDEX));
    let first = place.path("first-about.json");
    if !first.exists() {
        fs::copy(&about, &first).unwrap();
    }
    let text = change(fs::read_to_string(first).unwrap());
    let mut read = Index::from_text(&fs::read_to_string(&index).unwrap()).unwrap();
    read.about = Some(Digest::new(text.as_bytes()));
    fs::write(about, text).unwrap();
    fs::write(index, read.to_text().unwrap()).unwrap();
}

/// The files of a bundle whose policies all have the component `p.wasm`, which has this code.
fn bundle(manifest: &str, code: &[u8], about: Option<&str>) -> Files {
    let manifest: RawManifest = serde_json::from_str(manifest).unwrap();
    let manifest = Manifest::try_from(manifest).unwrap();
    let compiled = CodeHash::new(code);
    let entry = Entry { source: Digest::new(b"p"), compiled: Some(compiled) };
    let components = BTreeMap::from([("p.wasm".to_owned(), entry)]);
    let mut index = Index::new(manifest, Target::X86_64, components);
    index.about = about.map(|about| Digest::new(about.as_bytes()));
    let mut files = Files::from([
        (INDEX.to_owned(), index.to_text().unwrap().into_bytes()),
        (file_name(compiled), code.to_vec()),
    ]);
    files.extend(about.map(|about| (ABOUT.to_owned(), about.as_bytes().to_vec())));
    files
}

/// A manifest as JSON, which is parsed much faster than TOML.
fn policies(count: usize, settings: &str) -> String {
    let policy = |number| {
        format!(
            r#"{{"id": "p{number}", "component": "p.wasm", "reads": [], "verdicts": [],
                "settings": {{{settings}}}}}"#
        )
    };
    let policies: Vec<String> = (0..count).map(policy).collect();
    format!(r#"{{"policy": [{}]}}"#, policies.join(","))
}

/// The content of `about.json` for a component with these producers and exports, and metadata with
/// this schema.
fn about(producers: &str, exports: &str, schema: &str) -> String {
    let digest = Digest::new(b"p");
    format!(
        r#"{{"components": {{"{digest}": {{"size": 1, "contract": null, "imports": [],
            "exports": [{exports}], "producers": [{producers}], "metadata": {{"name": "p",
            "version": "1", "description": "d", "reads": [], "verdicts": [],
            "settings": {{{schema}}}}}}}}}}}"#
    )
}

/// Members of a JSON object.
fn members(count: usize) -> String {
    (0..count).map(|number| format!("\"k{number:07}\":[],")).collect::<String>() + "\"last\":0"
}

fn inspect(place: &Place, name: &str, status: i32) -> (String, Value) {
    let text = run(place, &["inspect", name]);
    assert_eq!(text.status.code(), Some(status), "{}", stderr(&text));
    let text = stdout(&text);
    assert!(text.len() < MAX_TEXT, "{} bytes", text.len());
    let json = run(place, &["inspect", name, "--format", "json"]);
    assert_eq!(json.status.code(), Some(status));
    (text, serde_json::from_slice(&json.stdout).unwrap())
}

fn refused(output: &Output, reason: &str) {
    assert_eq!(output.status.code(), Some(1), "{}", stdout(output));
    assert!(stderr(output).contains(reason), "{}", stderr(output));
}

/// The commands that read a package without compiling anything.
fn check_others(place: &Place) {
    for args in [
        &["verify", "f.zip"][..],
        &["check", "f.zip"],
        &["report", "f.zip", "-o", "-"],
        &["diff", "f.zip", "admit.toml", "--events", "event.json"],
        &["bundle", "--bootstrap", "bootstrap", "--zip", "f.zip", "--check"],
    ] {
        let output = run(place, args);
        let said = output.stdout.len() + output.stderr.len();
        assert!(said < MAX_TEXT, "{args:?}: {said} bytes");
    }
}

#[test]
fn about_json_is_bounded() {
    let place = Place::new();
    let empty = |count| "\"\",".repeat(count) + "\"\"";
    let export = r#"{"name":"","types":[]},"#;
    let last = r#"{"name":"","types":[]}"#;
    let exports = |count| export.repeat(count) + last;
    let too_large = "about.json: it is larger than 16 MiB";
    let too_many = "about.json: it has more than 1,000,000 values";
    for (about, flaw) in [
        (about(&empty(70_000_000), "", ""), Some(too_large)),
        (about("", &exports(9_000_000), ""), Some(too_large)),
        (about(&empty(5_000_000), "", ""), Some(too_many)),
        (about("", &exports(600_000), ""), Some(too_many)),
        (about(&empty(990_000), "", ""), None),
        (about("", &exports(160_000), ""), None),
        (about("", "", &members(320_000)), None),
        (about("", "", &format!("\"title\": \"{}\"", "\\u202e".repeat(2_700_000))), None),
    ] {
        let files = bundle(&policies(1, ""), b"native", Some(&about));
        drop(about);
        fs::write(place.path("f.zip"), write_zip(&executable(), &files).unwrap()).unwrap();
        drop(files);
        let (text, found) = inspect(&place, "f.zip", if flaw.is_some() { 3 } else { 0 });
        let flaws: Vec<&str> =
            found["flaws"].as_array().unwrap().iter().map(|flaw| flaw.as_str().unwrap()).collect();
        assert_eq!(flaws, flaw.as_slice());
        assert!(text.contains(flaw.unwrap_or("flaws      none")), "{text}");
        check_others(&place);
    }
}

#[test]
fn bundle_json_is_bounded_and_many_policies_are_summarised() {
    let place = Place::new();
    let write = |files: &Files| {
        fs::write(place.path("f.zip"), write_zip(&executable(), files).unwrap()).unwrap();
    };
    // All of them have the same component with a long description.
    let much = about("", "", &members(2_000));
    write(&bundle(&policies(18_000, ""), b"native", Some(&much)));
    let (text, found) = inspect(&place, "f.zip", 3);
    assert_eq!(found["policies"].as_array().unwrap().len(), 18_000);
    assert!(
        text.contains("\npolicy 1: p0\n") && text.contains("… and 17,950 more policies"),
        "{text}"
    );
    let flaw = found["flaws"][0].as_str().unwrap();
    assert!(flaw.starts_with("about.json: not shown for ") && flaw.contains(" MiB"), "{flaw}");
    check_others(&place);
    let list = |count| format!("\"a\": [{}0]", "0,".repeat(count));
    write(&bundle(&policies(1, &list(990_000)), b"native", None));
    inspect(&place, "f.zip", 0);
    check_others(&place);
    write(&bundle(&policies(1, &list(1_000_000)), b"native", None));
    refused(&run(&place, &["inspect", "f.zip"]), "bundle.json: it has more than 1,000,000 values");
    check_others(&place);
    let long = format!("\"a\": \"{}\"", "x".repeat(16 << 20));
    write(&bundle(&policies(1, &long), b"native", None));
    refused(&run(&place, &["inspect", "f.zip"]), "bundle.json: it is larger than 16 MiB");
    check_others(&place);
}

#[test]
fn large_code_and_a_large_bootstrap_fit_in_memory() {
    let place = Place::new();
    let large = vec![0; 240 << 20];
    let files = bundle(&policies(1, ""), &large, None);
    fs::write(place.path("f.zip"), write_zip(&executable(), &files).unwrap()).unwrap();
    drop(files);
    inspect(&place, "f.zip", 0);
    check_others(&place);
    let files = bundle(&policies(1, ""), b"native", None);
    fs::write(place.path("f.zip"), write_zip(&large, &files).unwrap()).unwrap();
    let (_, found) = inspect(&place, "f.zip", 3);
    assert_eq!(found["flaws"], serde_json::json!(["bootstrap: larger than 128 MiB"]));
    check_others(&place);
    let too_large = vec![0; 251 << 20];
    fs::write(place.path("f.zip"), write_zip(&too_large, &files).unwrap()).unwrap();
    refused(&run(&place, &["inspect", "f.zip"]), "unpacked, it is larger than 250 MiB");
    check_others(&place);
}

#[test]
fn many_imports_and_exports_are_summarised() {
    let place = Place::new();
    let write = |text: &str, sections: &[Vec<u8>]| {
        let start = wat::parse_str(format!("(component {text})")).unwrap();
        fs::write(place.path("p.wasm"), [start, sections.concat()].concat()).unwrap();
    };
    // In binary, because a parser of text takes a minute for them.
    let names = |section: u8, what: &[u8]| {
        let name = |number: usize| {
            let name = format!("a{number}");
            [&[0][..], &leb128(name.len()), name.as_bytes(), what].concat()
        };
        wasm_section(section, &[leb128(90_000), (0..90_000).flat_map(name).collect()].concat())
    };
    let function_type = wasm_section(7, b"\x01\x40\0\x01\0");
    let granted = "(import \"admit:policy/log@0.1.0\" (instance (export \"f\" (func))))";
    write(granted, &[function_type, names(10, b"\x01\x01")]);
    let (text, found) = inspect(&place, "p.wasm", 3);
    // What is not granted comes first.
    assert!(text.contains("imports    a0 (not granted)\n"), "{text}");
    assert!(text.contains("… and 89,951 more\n"), "{text}");
    let imports = found["component"]["imports"].as_array().unwrap();
    assert_eq!(imports.len(), 90_001);
    assert_eq!(imports[0]["name"], "admit:policy/log@0.1.0");
    for args in [&["check"][..], &["check", "p.wasm"], &["report", "-o", "-"]] {
        let output = run(&place, args);
        let said = output.stdout.len() + output.stderr.len();
        assert!(said < MAX_TEXT, "{args:?}: {said} bytes");
    }
    write("(import \"f\" (func))", &[names(11, b"\x01\0\0")]);
    let (text, found) = inspect(&place, "p.wasm", 3);
    assert!(text.contains("… and 89,950 more\n"), "{text}");
    assert_eq!(found["component"]["exports"].as_array().unwrap().len(), 90_000);
    let long = "b".repeat(90_000);
    let long: String =
        (0..60).map(|number| format!("(import \"a{number}-{long}\" (func))")).collect();
    write(&long, &[]);
    let reason = "its types, imports and exports take more than 4 MiB";
    refused(&run(&place, &["inspect", "p.wasm"]), reason);
}

/// Custom sections, which can be added to any component.
#[test]
fn sections_of_a_component_are_bounded() {
    let place = Place::new();
    let own = fs::read(component("grants-everything")).unwrap();
    let long = vec![b'x'; 60 << 20];
    let list = format!("[{}0]", "0,".repeat(500_000));
    let metadata = |settings: &str| {
        format!(
            r#"{{"name": "p", "version": "1", "description": "d", "reads": [], "verdicts": [],
                "settings": {settings}}}"#
        )
    };
    let nested = "{\"a\":".repeat(100) + "{}" + &"}".repeat(100);
    for (section, data, status) in [
        ("other", &long[..], 0),
        ("admit:policy/metadata", &long[..], 3),
        ("admit:policy/metadata", metadata(&list).as_bytes(), 3),
        ("admit:policy/metadata", metadata(&format!("{{\"x\": {list}}}")).as_bytes(), 0),
        ("admit:policy/metadata", metadata(&nested).as_bytes(), 0),
        ("admit:policy/metadata", metadata(&format!("{{{}}}", members(60_000))).as_bytes(), 0),
        ("producers", &[0xff, 0xff, 0xff, 0xff, 0x0f][..], 1),
    ] {
        fs::write(place.path("p.wasm"), with_section(&own, section, data)).unwrap();
        let output = run(&place, &["inspect", "p.wasm"]);
        assert_eq!(output.status.code(), Some(status), "{section} {}", stderr(&output));
        assert!(output.stdout.len() < MAX_TEXT);
    }
}
