//! The components of the guests.

use crate::binaries::target;
use crate::once::once;
use crate::{admit, guest_template, root, stderr, stdout};
use std::fs;
use std::path::PathBuf;

/// A component, by the name of its project in `plugins/` or `tests/guests/`, or of its text
/// in `tests/guests/`. It is built once for all tests.
pub fn component(name: &str) -> PathBuf {
    once(&format!("component {name}"), || build(name))
}

/// The component of a text in `tests/guests`, with other words in it.
pub fn changed_guest(name: &str, changes: &[(&str, &str)]) -> Vec<u8> {
    guest_template::changed(&root().join("tests/guests").join(format!("{name}.wat")), changes)
}

/// The names of the guests that are hostile when they run, in order.
pub fn hostile_guests() -> Vec<String> {
    let files = fs::read_dir(root().join("tests/guests")).expect("guests");
    let mut guests: Vec<String> = files
        .map(|file| file.expect("a guest").path())
        .filter(|path| path.is_file() && guest_template::is_partial(path))
        .map(|path| path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned())
        .collect();
    guests.sort();
    guests
}

fn build(name: &str) -> PathBuf {
    let guests = root().join("tests/guests");
    let text = guests.join(format!("{name}.wat"));
    if text.is_file() {
        let path = target().join("guests").join(format!("{name}.wasm"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        // In one step, since other processes may be reading it.
        let new = tempfile::NamedTempFile::new_in(path.parent().unwrap()).unwrap();
        fs::write(&new, guest_template::component(&text)).unwrap();
        new.persist(&path).unwrap();
        return path;
    }
    let projects = [root().join("plugins").join(name), guests.join(name)];
    let project = projects.iter().find(|project| project.is_dir());
    let project = project.unwrap_or_else(|| panic!("no guest `{name}`"));
    let output = admit().arg("build").arg(project).output().expect("admit runs");
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output).trim().into()
}
