//! Lists the files of new policy projects, of which `admit new` writes copies: a list that is
//! made of the folders cannot forget a file.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The folder of a language below `template`, and that of its SDK below `guest-sdk`.
const LANGUAGES: [(&str, &str); 5] =
    [("rust", "rust"), ("ts", "js"), ("js", "js"), ("python", "python"), ("c", "c")];

/// Names in `template` that would mean something to tools there.
const RENAMED: [(&str, &str); 4] = [
    ("gitignore", ".gitignore"),
    ("npmrc", ".npmrc"),
    ("manifest.toml", "Cargo.toml"),
    ("sdk-manifest.toml", "sdk/Cargo.toml"),
];

/// What an SDK has for those alone who work on it. Its manifest in Rust and the lock files of
/// other languages stand in the template.
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

/// The same, wherever it lies.
const NEVER: [&str; 2] = ["__pycache__", "tests"];

/// Files by where they are written.
type Files = BTreeMap<String, PathBuf>;

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let root = here.join("../..").canonicalize()?;
    let templates = here.join("template");
    println!("cargo::rerun-if-changed={}", templates.display());

    let mut code = String::new();
    for (language, sdk) in LANGUAGES {
        let mut files = Files::new();
        let (template, sdk) = (templates.join(language), root.join("guest-sdk").join(sdk));
        // Without both there is nothing to offer yet.
        if template.is_dir() && sdk.is_dir() {
            for schema in ["cases", "policy"] {
                let name = format!("{schema}.schema.json");
                files.insert(format!(".schemas/{name}"), root.join("schemas").join(name));
            }
            files.insert("sdk/LICENSE".to_owned(), root.join("LICENSE"));
            if language == "rust" {
                files.insert("sdk/rustfmt.toml".to_owned(), root.join("rustfmt.toml"));
            }
            add_sdk(&sdk, &mut files)?;
            add(&template, "", &mut files)?;
        }
        let name = language.to_uppercase();
        writeln!(code, "pub(super) const {name}: &[(&str, &str)] = &[")?;
        for (name, file) in files {
            writeln!(code, "    ({name:?}, include_str!({file:?})),")?;
        }
        writeln!(code, "];")?;
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("new_project.rs"), code)?;
    Ok(())
}

fn add_sdk(sdk: &Path, files: &mut Files) -> Result<(), Box<dyn Error>> {
    for (name, path) in entries(sdk)? {
        if name.starts_with('.') || LEFT_OUT.contains(&&*name) || NEVER.contains(&&*name) {
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
        let is_cache =
            name == "__pycache__" || prefix.starts_with("sdk/") && NEVER.contains(&&*name);
        if path.is_dir() && !is_cache {
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
        let name = entry.file_name().into_string().map_err(|_| "a name that is no text")?;
        entries.push((name, entry.path()));
    }
    entries.sort();
    Ok(entries)
}
