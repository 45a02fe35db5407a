//! No module imports itself through others: neither one file of a crate through another, nor a
//! parent through its child.

use super::paths::paths_behind;
use super::{host_sources, rust_files};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The path of a module in its crate; that of the crate itself is empty.
type Module = Vec<String>;

/// The modules of a crate with their sources, but for the tests in them.
fn modules(sources: &Path) -> BTreeMap<Module, String> {
    let module = |file: PathBuf| {
        let path = file.strip_prefix(sources).unwrap().with_extension("");
        let mut module: Module = path.iter().map(|n| n.to_str().unwrap().to_owned()).collect();
        if module == ["lib"] || module == ["main"] {
            module.clear();
        }
        let text = fs::read_to_string(&file).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        (module, code.collect::<Vec<_>>().join("\n"))
    };
    rust_files(sources).into_iter().map(module).collect()
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
        // The rest of the path is an item in the last module.
        while !whole.is_empty() && !modules.contains_key(&whole) {
            whole.pop();
        }
        named.insert(whole);
    };
    for path in paths_behind("crate::", code) {
        add(&[], path);
    }
    let mut parent = module.as_slice();
    for path in paths_behind("super::", code) {
        parent = &parent[..parent.len().saturating_sub(1)];
        // One such as `super::super::a` goes on in the next.
        if !path.is_empty() {
            add(parent, path);
            parent = module;
        }
    }
    for line in code.lines().filter_map(|line| line.trim().strip_suffix(';')) {
        // A child is used where a path begins with it.
        let child = line.rsplit_once("mod ").map(|(_, name)| name);
        if let Some(child) = child.filter(|child| code.contains(&format!("{child}::"))) {
            add(module, child);
        }
    }
    named.remove(module);
    // Another test checks that no module names an item of the root.
    named.remove(&Vec::new());
    named
}

/// The modules that a module reaches, through any number of others.
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

/// The modules that each module names.
fn imports(modules: &BTreeMap<Module, String>) -> BTreeMap<Module, BTreeSet<Module>> {
    modules.iter().map(|(m, code)| (m.clone(), named(m, code, modules))).collect()
}

#[test]
fn no_module_of_the_host_is_in_a_cycle() {
    let mut all = 0;
    for sources in host_sources() {
        let imports = imports(&modules(&sources));
        let is_in_cycle = |module: &&Module| reached(module, &imports).contains(*module);
        let cycle: Vec<_> = imports.keys().filter(is_in_cycle).map(|m| m.join("::")).collect();
        assert!(cycle.is_empty(), "{}: imported by themselves: {cycle:?}", sources.display());
        all += imports.values().map(BTreeSet::len).sum::<usize>();
    }
    assert!(all > 300, "only {all} imports are read");
}

#[test]
fn a_cycle_is_found() {
    let code = |code: &str| code.to_owned();
    let path = |path: &str| names(path).map(str::to_owned).collect::<Module>();
    let modules = BTreeMap::from([
        (path("a"), code("mod b;\nuse b::X;")),
        (path("a::b"), code("use super::c::{Y};")),
        (path("a::c"), code("use crate::{d::W, a::Z};")),
        (path("d"), code("mod e;")),
        (path("d::e"), code("use crate::a::c::Y;\nuse super::super::d::W;")),
    ]);
    let imports = imports(&modules);
    for (module, is_in_cycle) in
        [("a", true), ("a::b", true), ("a::c", true), ("d", false), ("d::e", false)]
    {
        let module = path(module);
        assert_eq!(reached(&module, &imports).contains(&module), is_in_cycle, "{module:?}");
    }
}
