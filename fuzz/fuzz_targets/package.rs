//! Fuzzes deployment packages.

#![no_main]

use admit_engine::bundle::INDEX;
use admit_package::about::About;
use admit_package::{Package, StoredFile, StoredFiles, flaws, is_zip, read_index, write_zip};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Any bytes are a package or an error.
///
/// - What has no flaw is read by another program in the same way, file by file.
/// - What is written of its files has no flaw, and is read as the same files.
/// - Whatever its index and what it says of its components are, they are read or refused.
fn check(bytes: &[u8]) {
    let package = Package::read(Cursor::new(bytes));
    assert!(package.is_err() || is_zip(Cursor::new(bytes)), "read, and not a zip");
    let Ok(package) = package else { return };
    if let Ok(index) = read_index(&package.bundle) {
        let _ = index.manifest();
        let _ = flaws(&package.bundle);
        if let Ok(about) = About::in_bundle(&index, &package.bundle) {
            about
                .values()
                .for_each(|one| assert_eq!(one.requests().is_some(), one.metadata().is_some()));
        }
    }
    if !package.flaws.is_empty() {
        return;
    }
    let files = by_another(bytes);
    let read: Vec<&str> = package.bundle.keys().map(String::as_str).collect();
    let names: Vec<&str> = files.keys().filter_map(|name| name.strip_prefix("bundle/")).collect();
    assert_eq!(read, names);
    assert_eq!(files.get("bootstrap"), package.bootstrap.as_ref());
    for (name, file) in &package.bundle {
        assert_eq!(*file, StoredFile::new(name, &files[&format!("bundle/{name}")]));
    }
    let bundle: BTreeMap<String, Vec<u8>> = files
        .iter()
        .filter_map(|(name, bytes)| Some((name.strip_prefix("bundle/")?.to_owned(), bytes.clone())))
        .collect();
    let Some(bootstrap) = &package.bootstrap else { return };
    let written = write_zip(bootstrap, &bundle).expect("files can be written");
    let again = Package::read(Cursor::new(&written)).expect("what is written is read");
    assert!(again.flaws.is_empty() && again.bootstrap_flaws.is_empty(), "{:?}", again.flaws);
    assert_eq!((&again.bootstrap, &again.bundle), (&package.bootstrap, &package.bundle));
}

/// The files as the library reads them that most programs in Rust have.
fn by_another(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).expect("it has no flaw");
    let mut files = BTreeMap::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).expect("it has no flaw");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("it has no flaw");
        files.insert(file.name().expect("a name").into_owned(), bytes);
    }
    files
}

/// The same bytes as the file of a package that is parsed.
fn check_parts(bytes: &[u8]) {
    let files = StoredFiles::from([(INDEX.to_owned(), StoredFile::new(INDEX, bytes))]);
    let _ = read_index(&files);
    let _ = About::from_json(bytes);
}

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    check_parts(bytes);
});
