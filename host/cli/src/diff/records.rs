//! Reads events and lines of the function's log from files.

mod entry;
mod place;
mod skipped;

use anyhow::{Context, bail};
use std::io::stdin;
use std::path::{Path, PathBuf};
use std::{fs, io};

pub(crate) use entry::{Entry, LocatedEntry};
pub(crate) use skipped::{Kind, Skipped};

use admit_core::printable;
use admit_engine::{read_at_most, read_regular_file};

/// The maximum size of a file, in bytes.
const MAX: u64 = 1 << 30;

/// The extensions of the files that are read in a folder.
const EXTENSIONS: [&str; 4] = ["json", "jsonl", "log", "ndjson"];

/// Reads the entries of files, folders of files, and `-` for standard input, in this order.
/// Invalid content is not an error, but an [`Entry::Unreadable`].
pub(crate) fn read(paths: &[PathBuf]) -> anyhow::Result<Vec<LocatedEntry>> {
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
            let name = printable(&file.display().to_string(), MAX_NAME_CHARACTERS);
            place::read(&name, &bytes, &mut found);
        }
    }
    Ok(found)
}

/// The maximum length of a file name in the output, in characters.
const MAX_NAME_CHARACTERS: usize = 200;

/// A file, or the files in a folder, ordered by name.
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
        bail!("the folder has no files with the extension .{}", EXTENSIONS.join(", ."));
    }
    files.sort();
    Ok(files)
}
