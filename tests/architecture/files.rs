//! The form of each Rust file: its length, its first line, and its imports.

use super::paths::paths_behind;
use super::{host_sources, rust_files};
use admit_tests::root;
use std::fs;
use std::path::Path;

const MAX_LINES: usize = 400;

fn relative(file: &Path) -> &str {
    file.strip_prefix(root()).unwrap().to_str().unwrap()
}

#[test]
fn a_file_has_400_lines_at_most() {
    let files = rust_files(root());
    assert!(files.len() > 300, "only {} files are read", files.len());
    let lines = |file: &Path| fs::read_to_string(file).unwrap().lines().count();
    for file in files {
        let count = lines(&file);
        assert!(count <= MAX_LINES, "{} has {count} lines", relative(&file));
    }
}

#[test]
fn a_file_begins_with_what_it_contains() {
    for file in rust_files(root()) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//! "), "{} does not begin with `//!`", relative(&file));
    }
}

/// The names of the crate root that a source uses and that are not modules.
fn names_of_the_root(source: &str) -> Vec<String> {
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    let code = source.lines().filter(is_code).collect::<Vec<_>>().join("\n");
    let name = |path: &str| path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let names = paths_behind("crate::", &code).into_iter().map(name);
    names.filter(|name: &String| name.starts_with(char::is_uppercase)).collect()
}

#[test]
fn an_import_names_the_module() {
    for file in host_sources().iter().flat_map(|sources| rust_files(sources)) {
        let source = fs::read_to_string(&file).unwrap();
        let names = names_of_the_root(&source);
        assert!(names.is_empty(), "{}: `crate::` before {names:?}", relative(&file));
    }
}

#[test]
fn a_name_of_the_root_is_found() {
    let source = "use crate::a::B;\n// crate::C\nuse crate::{\n    D, e,\n    f::{G, H}, I};\nJ;\n\
                  let k = crate::K::new(crate::l::M);\n";
    assert_eq!(names_of_the_root(source), ["D", "I", "K"]);
}
