//! Ten thousand mutants of a component, of the files of a bundle and of a package through the readers
//! of `inspect`: each is read or refused in bounded time, the output is bounded and printable, and no
//! change is without a finding.

#[path = "../../../tests/support/mutation.rs"]
mod mutation;

use crate::inspect::{ComponentReport, PackageInfo};
use crate::output::format::to_json;
use crate::package::deployment::Deployment;
use admit_core::{Manifest, Metadata, RawMetadata, is_printable, printable_lines};
use admit_engine::bundle::{ABOUT, Entry, INDEX, Index, file_name};
use admit_engine::{CodeHash, Digest, Target};
use admit_package::about::About;
use admit_package::{Package, StoredFile, write_zip};
use mutation::Mutation;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;
use std::time::{Duration, Instant};

const MUTANTS: usize = 10_000;

/// The output as text and as JSON, and whether there are no findings.
type Seen = anyhow::Result<(String, Value, bool)>;

type Files = BTreeMap<String, Vec<u8>>;

fn component() -> Vec<u8> {
    let text = include_str!("../../../tests/guests/exports-wizer-initialize.wat");
    let bytes = wat::parse_str(text.replace("wizer-initialize", "other")).unwrap();
    let metadata = r#"{"name": "p", "version": "1", "description": "d", "reads": ["userName"],
        "verdicts": ["confirm", "deny"], "denials": {"a-code": "a meaning"},
        "settings": {"type": "object", "properties": {"a": {"default": 1}}}}"#;
    let metadata: RawMetadata = serde_json::from_str(metadata).unwrap();
    let metadata = Metadata::try_from(metadata).unwrap();
    admit_component::metadata::embed(&bytes, &metadata).unwrap()
}

/// The files of a bundle with one policy, whose compiled code is never loaded.
fn bundle(component: &[u8]) -> Files {
    let text = "[[policy]]\nid = \"p\"\ncomponent = \"p.wasm\"\nreads = [\"userAttributes.email\"]\n\
                verdicts = [\"deny\"]\nlimits = { memory = \"4MiB\" }\nsettings = { a = \"b\" }\n";
    let manifest = Manifest::from_toml("admit.toml", text).unwrap();
    let code = b"compiled code".to_vec();
    let compiled = CodeHash::new(&code);
    let entry = Entry { source: Digest::new(component), compiled: Some(compiled) };
    let components = BTreeMap::from([("p.wasm".to_owned(), entry)]);
    let mut index = Index::new(manifest, Target::X86_64, components);
    let about = About::of([component].into_iter()).unwrap().to_json().unwrap();
    index.about = Some(Digest::new(&about));
    Files::from([
        (INDEX.to_owned(), index.to_text().unwrap().into_bytes()),
        (ABOUT.to_owned(), about),
        (file_name(compiled), code),
    ])
}

fn of_component(bytes: &[u8]) -> Seen {
    let report = ComponentReport::new("p.wasm".to_owned(), bytes)?;
    Ok((report.to_text(), serde_json::from_str(&to_json(&report)?)?, report.is_sound()))
}

fn of_deployment(deployment: Deployment) -> Seen {
    let info = PackageInfo::of(deployment)?;
    Ok((info.to_text(), serde_json::from_str(&to_json(&info)?)?, info.is_sound()))
}

fn of_zip(bytes: &[u8]) -> Seen {
    let package = Package::read(Cursor::new(bytes))?;
    of_deployment(Deployment::of_package(Path::new("nowhere.zip"), package)?)
}

fn of_files(files: &Files) -> Seen {
    let read = |(name, bytes): (&String, &Vec<u8>)| {
        Ok((name.clone(), StoredFile::read(name, &bytes[..])?))
    };
    let files = files.iter().map(read).collect::<anyhow::Result<_>>()?;
    of_deployment(Deployment::of_bundle(Path::new("nowhere"), files)?)
}

/// The files of a bundle with a mutant of `bundle.json` or `about.json`. For two of three, the digests
/// are those of the mutant, so that its content is read.
fn mutant_of(files: &Files, mutation: &mut Mutation) -> Files {
    let mut files = files.clone();
    let text = |files: &Files, name: &str| String::from_utf8_lossy(&files[name]).into_owned();
    let (name, is_sealed) = ([INDEX, ABOUT][mutation.below(2)], mutation.below(3) > 0);
    if !is_sealed {
        files.insert(name.to_owned(), mutation.of(&files[name]));
        return files;
    }
    let mut index = text(&files, INDEX);
    let start = index.find("\"bundle\": ").unwrap() + "\"bundle\": ".len();
    index = index[start..].strip_suffix("}\n").unwrap().to_owned();
    if name == INDEX {
        index = String::from_utf8_lossy(&mutation.of(index.as_bytes())).into_owned();
    } else {
        let before = Digest::new(&files[ABOUT]).to_string();
        files.insert(ABOUT.to_owned(), mutation.of(&files[ABOUT]));
        index = index.replace(&before, &Digest::new(&files[ABOUT]).to_string());
    }
    let seal = Digest::new(index.as_bytes());
    let index = format!("{{\"digest\": \"{seal}\",\n\"bundle\": {index}}}\n");
    files.insert(INDEX.to_owned(), index.into_bytes());
    files
}

/// The maximum size of a text about one file.
const MAX_TEXT: usize = 200_000;

fn check_shown(text: &str, found: &Value, is_sound: bool) {
    assert!(text.len() < MAX_TEXT, "{} bytes", text.len());
    // The printer would replace the others, but a report should not need that.
    assert!(text.chars().all(|c| c == '\n' || is_printable(c)), "{text:?}");
    let flaws = found["flaws"].as_array().map_or(&[][..], Vec::as_slice);
    let imports = found["component"]["imports"].as_array().map_or(&[][..], Vec::as_slice);
    let refused = imports.iter().filter(|import| import["granted"] == false);
    assert!(!is_sound || flaws.is_empty() && refused.count() == 0, "{found:#}");
    // Each finding in the JSON is in the text too, or counted there.
    for flaw in flaws.iter().take(40) {
        let line: String = admit_core::printable(flaw.as_str().unwrap(), 600);
        assert!(text.contains(line.trim_end()), "{line} in {text}");
    }
}

/// The members that differ if two packages are not the same to the function.
fn contents(found: &Value) -> [&Value; 4] {
    [&found["digest"], &found["policySet"], &found["bootstrap"]["digest"], &found["flaws"]]
}

#[test]
fn no_mutant_exhausts_or_misleads() {
    let component = component();
    let files = bundle(&component);
    let zip = write_zip(b"bootstrap", &files).unwrap();
    let (_, whole, _) = of_zip(&zip).unwrap();
    let mut mutation = Mutation::new(20_261_128);
    let (mut read, mut refused, mut slowest) = (0, 0, Duration::ZERO);
    for number in 0..MUTANTS {
        let started = Instant::now();
        let seen = match number % 4 {
            0 => of_component(&mutation.of(&component)),
            1 => of_files(&mutant_of(&files, &mut mutation)),
            2 => {
                let files = mutant_of(&files, &mut mutation);
                of_zip(&write_zip(b"bootstrap", &files).unwrap())
            }
            _ => {
                let mutant = mutation.of(&zip);
                let seen = of_zip(&mutant);
                if let Ok((_, found, _)) = &seen {
                    let is_other = contents(found) != contents(&whole);
                    let is_same = found["policies"] == whole["policies"];
                    assert!(mutant == zip || is_other || is_same, "{number}: {found:#}");
                }
                seen
            }
        };
        match seen {
            Ok((text, found, is_sound)) => {
                check_shown(&text, &found, is_sound);
                read += 1;
            }
            Err(error) => {
                let error = format!("{error:#}");
                assert!(error.len() < 20_000, "{number}: {} bytes", error.len());
                assert!(printable_lines(&error).len() < 40_000);
                refused += 1;
            }
        }
        slowest = slowest.max(started.elapsed());
    }
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
    // Many mutants pass the first checks, and many do not.
    assert!(read > MUTANTS / 10 && refused > MUTANTS / 10, "{read} read, {refused} refused");
}
