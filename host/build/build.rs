//! Lists the files of new policy projects, which `admit new` writes: a list that is made of the
//! folders cannot forget a file. `src/languages` says which folders a language takes.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Names in `template` that would mean something to tools there.
const RENAMED: [(&str, &str); 3] = [
    ("gitignore", ".gitignore"),
    ("manifest.toml", "Cargo.toml"),
    ("sdk-manifest.toml", "sdk/Cargo.toml"),
];

/// The parts of an SDK for those alone who work on it, and files that a project has elsewhere or
/// in another form.
const LEFT_OUT: [&str; 13] = [
    "BUILD-NOTES.txt",
    "Cargo.toml",
    "Makefile",
    "build",
    "contract",
    "dist",
    "examples",
    "node_modules",
    "package-lock.json",
    "requirements-dev.txt",
    "requirements.txt",
    "target",
    "test",
];

/// Such parts wherever they lie.
const LEFT_OUT_EVERYWHERE: [&str; 2] = ["__pycache__", "tests"];

/// Files by where they are written.
type Files = BTreeMap<String, PathBuf>;

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let templates = here.join("template");
    let sdks = here.join("../../guest-sdk").canonicalize()?;
    println!("cargo::rerun-if-changed={}", templates.display());

    let mut code = String::new();
    write_module(&mut code, "template", &templates, |folder, files| add(folder, "", files))?;
    write_module(&mut code, "sdk", &sdks, add_sdk)?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("templates.rs"), code)?;
    Ok(())
}

/// Writes a module with a constant for each folder, which lists the files there.
fn write_module(
    code: &mut String,
    name: &str,
    folder: &Path,
    add: impl Fn(&Path, &mut Files) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    writeln!(code, "pub(crate) mod {name} {{")?;
    for (name, path) in entries(folder)?.into_iter().filter(|(_, path)| path.is_dir()) {
        let mut files = Files::new();
        add(&path, &mut files)?;
        let name = name.to_uppercase().replace('-', "_");
        writeln!(code, "    pub(crate) const {name}: super::Files = &[")?;
        for (name, file) in files {
            writeln!(code, "        ({name:?}, include_str!({file:?})),")?;
        }
        writeln!(code, "    ];")?;
    }
    writeln!(code, "}}")?;
    Ok(())
}

fn add_sdk(sdk: &Path, files: &mut Files) -> Result<(), Box<dyn Error>> {
    for (name, path) in entries(sdk)? {
        let is_left_out = LEFT_OUT.contains(&&*name) || LEFT_OUT_EVERYWHERE.contains(&&*name);
        if name.starts_with('.') || is_left_out {
            continue;
        }
        // Part by part: what else lies in an SDK's folder can be thousands of files.
        println!("cargo::rerun-if-changed={}", path.display());
        match path.is_dir() {
            true => add(&path, &format!("sdk/{name}/"), files)?,
            false => drop(files.insert(format!("sdk/{name}"), path)),
        }
    }
    Ok(())
}

/// Adds the files of a folder, and of those below it.
fn add(folder: &Path, prefix: &str, files: &mut Files) -> Result<(), Box<dyn Error>> {
    for (name, path) in entries(folder)? {
        let is_left_out = name == "__pycache__"
            || prefix.starts_with("sdk/") && LEFT_OUT_EVERYWHERE.contains(&&*name);
        if path.is_dir() && !is_left_out {
            add(&path, &format!("{prefix}{name}/"), files)?;
        } else if !path.is_dir() {
            let renamed = RENAMED.iter().find(|(from, _)| prefix.is_empty() && *from == name);
            let name = renamed.map_or(name.as_str(), |(_, to)| to);
            files.insert(format!("{prefix}{name}"), path);
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, Box<dyn Error>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().into_string();
        let name = name.map_err(|name| format!("{name:?} is not UTF-8"))?;
        entries.push((name, entry.path()));
    }
    entries.sort();
    Ok(entries)
}
