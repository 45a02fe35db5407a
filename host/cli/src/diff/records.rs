//! Events and lines of the function's log, as they lie about in files.

mod entry;
mod place;
mod skipped;

use anyhow::{Context, bail};
use std::io::stdin;
use std::path::{Path, PathBuf};
use std::{fs, io};

pub(crate) use entry::{Entry, Found};
pub(crate) use skipped::{Kind, Skipped};

use admit_core::printable;
use admit_engine::{read_at_most, read_regular_file};

/// The largest file that is read, in bytes.
const MAX: u64 = 1 << 30;

/// The ends of the names of files that are read where a folder is named.
const EXTENSIONS: [&str; 4] = ["json", "jsonl", "log", "ndjson"];

/// Reads all of these, in their order: files, folders of files, and `-` for standard input.
/// Nothing in them is an error; what is no entry is found as such.
pub(crate) fn read(paths: &[PathBuf]) -> anyhow::Result<Vec<Found>> {
    let mut found = Vec::new();
    for path in paths {
        if path == Path::new("-") {
            let bytes = read_at_most(stdin(), MAX).context("cannot read standard input")?;
            place::read("standard input", &bytes, &mut found);
            continue;
        }
        for file in files(path).with_context(|| format!("cannot read `{}`", path.display()))? {
            let bytes = read_regular_file(&file, MAX)
                .with_context(|| format!("cannot read `{}`", file.display()))?;
            place::read(&printable(&file.display().to_string(), NAME), &bytes, &mut found);
        }
    }
    Ok(found)
}

/// As much of the name of a file as is shown.
const NAME: usize = 200;

/// A file, or those in a folder, in the order of their names.
fn files(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path()));
    let mut files = entries.collect::<io::Result<Vec<PathBuf>>>()?;
    files.retain(|file| {
        let extension = file.extension().and_then(|extension| extension.to_str());
        extension.is_some_and(|extension| EXTENSIONS.contains(&extension)) && file.is_file()
    });
    if files.is_empty() {
        bail!("the folder has no file whose name ends in .{}", EXTENSIONS.join(", ."));
    }
    files.sort();
    Ok(files)
}
