//! No module imports, through whatever others, itself: neither a file of a crate another file, nor a
//! module its parent that uses it.

use admit_tests::root;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The path of a module in its crate; that of the crate itself is empty.
type Module = Vec<String>;

/// The modules of a crate with their sources, but for the tests in them.
fn modules(sources: &Path) -> BTreeMap<Module, String> {
    fn add(folder: &Path, path: &[String], modules: &mut BTreeMap<Module, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let file = entry.unwrap().path();
            let mut path = path.to_vec();
            let name = file.file_stem().unwrap().to_str().unwrap();
            if !(path.is_empty() && ["lib", "main"].contains(&name)) {
                path.push(name.to_owned());
            }
            if file.is_dir() {
                add(&file, &path, modules);
            } else if file.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&file).unwrap();
                let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
                let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
                modules.insert(path, code.collect::<Vec<_>>().join("\n"));
            }
        }
    }

    let mut modules = BTreeMap::new();
    add(sources, &[], &mut modules);
    modules
}

/// The names of a path such as `crate::a::b::{c, d}`, up to a brace or an item.
fn names(path: &str) -> impl Iterator<Item = &str> {
    let end = path.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
    path[..end.unwrap_or(path.len())].split("::").filter(|name| !name.is_empty())
}

/// The modules that a module names.
fn named(module: &Module, code: &str, modules: &BTreeMap<Module, String>) -> BTreeSet<Module> {
    let mut named = BTreeSet::new();
    let mut add = |base: &[String], path: &str| {
        let mut whole = base.to_vec();
        whole.extend(names(path).map(str::to_owned));
        // What is behind the last module is an item in it.
        while !whole.is_empty() && !modules.contains_key(&whole) {
            whole.pop();
        }
        named.insert(whole);
    };
    for path in code.split("crate::").skip(1) {
        add(&[], path);
    }
    for path in code.split("super::").skip(1) {
        let parent = &module[..module.len().saturating_sub(1)];
        add(parent, path);
    }
    for line in code.lines().filter_map(|line| line.trim().strip_suffix(';')) {
        // A child is used where a path begins with it.
        let child = line.rsplit_once("mod ").map(|(_, name)| name);
        if let Some(child) = child.filter(|child| code.contains(&format!("{child}::"))) {
            add(module, child);
        }
    }
    named.remove(module);
    named.remove(&Vec::new());
    named
}

/// The modules that a module reaches, through whatever others.
fn reached(module: &Module, named: &BTreeMap<Module, BTreeSet<Module>>) -> BTreeSet<Module> {
    let mut reached = BTreeSet::new();
    let mut next = vec![module];
    while let Some(module) = next.pop() {
        for other in &named[module] {
            if reached.insert(other.clone()) {
                next.push(other);
            }
        }
    }
    reached
}

#[test]
fn no_module_of_the_host_imports_itself() {
    let mut all = 0;
    for entry in fs::read_dir(root().join("host")).unwrap() {
        let sources = entry.unwrap().path().join("src");
        let modules = modules(&sources);
        let named: BTreeMap<Module, BTreeSet<Module>> = modules
            .iter()
            .map(|(module, code)| (module.clone(), named(module, code, &modules)))
            .collect();
        for module in modules.keys() {
            let is_in_a_circle = reached(module, &named).contains(module);
            assert!(!is_in_a_circle, "{}: {}", sources.display(), module.join("::"));
            all += named[module].len();
        }
    }
    assert!(all > 300, "{all} imports: are they read?");
}

#[test]
fn a_circle_is_found() {
    let code = |code: &str| code.to_owned();
    let path = |path: &str| names(path).map(str::to_owned).collect::<Module>();
    let modules = BTreeMap::from([
        (path("a"), code("mod b;\nuse b::X;")),
        (path("a::b"), code("use super::c::{Y};")),
        (path("a::c"), code("use crate::a::Z;")),
        (path("d"), code("use crate::a::c::Y;")),
    ]);
    let named: BTreeMap<Module, BTreeSet<Module>> =
        modules.iter().map(|(m, code)| (m.clone(), named(m, code, &modules))).collect();
    for (module, is_in_a_circle) in [("a", true), ("a::b", true), ("a::c", true), ("d", false)] {
        let module = path(module);
        assert_eq!(reached(&module, &named).contains(&module), is_in_a_circle, "{module:?}");
    }
}

#[test]
fn every_file_of_the_host_says_what_it_contains() {
    for entry in fs::read_dir(root().join("host")).unwrap() {
        let sources = entry.unwrap().path().join("src");
        let mut files = vec![sources];
        while let Some(path) = files.pop() {
            if path.is_dir() {
                files.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                assert!(text.starts_with("//! "), "{}: no line that says it", path.display());
            }
        }
    }
}
