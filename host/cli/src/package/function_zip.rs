//! A deployment package as Lambda's `provided.al2023` wants it: the executable `bootstrap` at
//! the root, and the bundle beside it.

use admit_core::printable;
use anyhow::{Context, bail};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// The name that Lambda starts.
pub(crate) const BOOTSTRAP: &str = "bootstrap";

/// The folder that the bootstrap looks for beside itself.
const BUNDLE: &str = "bundle/";

/// The most that Lambda unpacks, in bytes.
pub(crate) const MAX_UNPACKED: u64 = 250 << 20;

/// The largest package, and the largest bootstrap, that is read, in bytes.
pub(crate) const MAX_PACKAGE: u64 = 256 << 20;

/// The largest package that Lambda takes without a detour by S3.
pub(crate) const MAX_UPLOADED: usize = 50 << 20;

/// What is in a package.
#[derive(Default)]
pub(crate) struct Package {
    pub(crate) bootstrap: Vec<u8>,
    /// By their names in the bundle.
    pub(crate) bundle: BTreeMap<String, Vec<u8>>,
    /// What Lambda would stumble over, or nobody asked for; nothing in one of ours.
    pub(crate) flaws: Vec<String>,
}

impl Package {
    /// The bytes of the zip, the same for the same content.
    pub(crate) fn to_zip(&self) -> anyhow::Result<Vec<u8>> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        // The oldest time that a zip can tell, instead of that of the build.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(9))
            .last_modified_time(DateTime::default());
        zip.start_file(BOOTSTRAP, options.unix_permissions(0o755))?;
        zip.write_all(&self.bootstrap)?;
        for (name, bytes) in &self.bundle {
            zip.start_file(format!("{BUNDLE}{name}"), options.unix_permissions(0o644))?;
            zip.write_all(bytes)?;
        }
        Ok(zip.finish()?.into_inner())
    }

    /// Reads a package, whoever made it.
    pub(crate) fn from_zip(bytes: &[u8]) -> anyhow::Result<Package> {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).context("no zip that can be read")?;
        if zip.len() > MAX_ENTRIES {
            bail!("it has {} files, and a package a handful", zip.len());
        }
        let mut package = Package::default();
        let mut twice = repeated_names(bytes, zip.central_directory_start());
        let mut seen = HashSet::new();
        let mut room = MAX_UNPACKED;
        for index in 0..zip.len() {
            let file = zip.by_index(index)?;
            let name = file.name()?.into_owned();
            let is_executable = file.unix_mode().is_some_and(|mode| mode & 0o111 == 0o111);
            let mut bytes = Vec::new();
            file.take(room + 1).read_to_end(&mut bytes)?;
            room = room.checked_sub(bytes.len() as u64).with_context(|| {
                format!("it is larger than {} MiB when it is unpacked", MAX_UNPACKED >> 20)
            })?;
            if !seen.insert(name.clone()) {
                twice.insert(name.clone());
            }
            if name == BOOTSTRAP {
                package.bootstrap = bytes;
                if !is_executable {
                    package.flaws.push(format!("{BOOTSTRAP}: not executable"));
                }
            } else if let Some(name) = name.strip_prefix(BUNDLE) {
                package.bundle.insert(name.to_owned(), bytes);
            } else {
                let name = printable(&name, MAX_CHARACTERS);
                package.flaws.push(format!("`{name}`: no part of a package"));
            }
        }
        // Which of them counts is up to whoever unpacks it.
        let twice =
            twice.iter().map(|name| format!("`{}`: twice", printable(name, MAX_CHARACTERS)));
        package.flaws.extend(twice);
        Ok(package)
    }
}

/// The names that more than one entry of a zip has, by its directory, which starts there:
/// an archive that is read by names keeps one of them.
fn repeated_names(zip: &[u8], start: u64) -> BTreeSet<String> {
    let mut rest = usize::try_from(start).ok().and_then(|start| zip.get(start..));
    let (mut seen, mut twice) = (HashSet::new(), BTreeSet::new());
    while let Some(entry) = rest.filter(|rest| rest.starts_with(b"PK\x01\x02")) {
        // Of the name, the extra field and the comment, which follow the 46 bytes of the header.
        let length = |at: usize| match entry.get(at..at + 2) {
            Some(&[low, high]) => usize::from(u16::from_le_bytes([low, high])),
            _ => 0,
        };
        let (name, end) = (length(28), 46 + length(28) + length(30) + length(32));
        let Some(name) = entry.get(46..46 + name) else { break };
        if !seen.insert(name) {
            twice.insert(String::from_utf8_lossy(name).into_owned());
        }
        rest = entry.get(end..);
    }
    twice
}

/// The most files that are read of a zip; a package has one for each component, and two.
const MAX_ENTRIES: usize = 10_000;

/// As much of a name in a zip, which is somebody else's, as is shown.
const MAX_CHARACTERS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_there_twice_is_a_flaw() {
        for (names, flaws) in
            [(["a.json", "b.json"], &[][..]), (["a.json", "a.json"], &["`bundle/a.json`: twice"])]
        {
            let bundle = ["a.json", "b.json"].map(|name| (name.to_owned(), vec![7]));
            let bundle = BTreeMap::from(bundle);
            let package = Package { bootstrap: vec![7], bundle, flaws: Vec::new() };
            let mut zip = package.to_zip().unwrap();
            // In the headers of the files and in the directory.
            for at in 0..zip.len() {
                if zip[at..].starts_with(b"b.json") {
                    zip[at..at + 6].copy_from_slice(names[1].as_bytes());
                }
            }
            assert_eq!(Package::from_zip(&zip).unwrap().flaws, flaws);
        }
    }
}
