//! Reads zips strictly: whatever differs from the form in which `admit bundle` writes a zip, and which
//! programs could therefore read differently, is a flaw.

mod directory;
mod unpacked;

use self::directory::{Directory, Record, number16};
use self::unpacked::Unpacked;
use admit_core::printable;
use anyhow::{bail, ensure};
use flate2::bufread::DeflateDecoder;
use std::collections::BTreeSet;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// A zip whose directory was read and compared with the local header of each file.
pub(crate) struct Archive<R> {
    source: BufReader<R>,
    /// The files, in the order of the directory.
    pub(crate) entries: Vec<Entry>,
    /// Whatever another program could read differently, or refuse.
    pub(crate) flaws: Vec<String>,
    /// The number of bytes that may still be unpacked.
    room: u64,
}

/// A file of a zip, by its record in the directory.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) name: String,
    /// The type and the permissions on Unix.
    pub(crate) mode: u32,
    /// The offset of its data.
    data: u64,
    compressed: u64,
    /// The size that the directory claims.
    pub(crate) size: u64,
    checksum: u32,
    is_deflated: bool,
}

/// The signature of a local header.
const MARK: &[u8] = b"PK\x03\x04";

/// The length of a local header without the name.
const HEADER: usize = 30;

/// The only flag that is allowed: names are in UTF-8.
const UTF8: u16 = 0x800;

/// The supported compression methods.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// The types of files in a mode.
const KIND: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
const LINK: u32 = 0o120_000;

/// The maximum number of characters of a name that are shown, since names are untrusted.
const MAX_CHARACTERS: usize = 100;

/// Returns whether a file is a zip, even if other data precedes it. A component is not a zip.
pub fn is_zip(mut source: impl Read + Seek) -> bool {
    let mut start = [0; 4];
    if source.read_exact(&mut start).is_err() || start == *b"\0asm" {
        return false;
    }
    start.starts_with(b"PK") || Directory::read(&mut source, &mut Vec::new()).is_ok()
}

impl<R: Read + Seek> Archive<R> {
    /// Reads the directory, and compares it with the local header of each file. At most `max` bytes
    /// are unpacked later.
    pub(crate) fn open(source: R, max: u64) -> anyhow::Result<Archive<R>> {
        let (mut source, mut flaws) = (BufReader::new(source), Vec::new());
        let directory = Directory::read(&mut source, &mut flaws)?;
        let records = directory.records(&mut flaws)?;
        let mut archive = Archive { source, entries: Vec::new(), flaws, room: max };
        let (mut seen, mut twice) = (BTreeSet::new(), BTreeSet::new());
        let (mut end, mut has_gap) = (directory.base, false);
        for record in records {
            let name = String::from_utf8_lossy(record.name).into_owned();
            let at = directory.base + record.offset();
            if at != end && !has_gap {
                archive.flaw(&name, "it does not follow the file that is listed before it");
                has_gap = true;
            }
            if !seen.insert(record.name) {
                twice.insert(name.clone());
            }
            let entry = archive.entry(name, &record, at)?;
            end = entry.data + entry.compressed;
            archive.entries.push(entry);
        }
        if end != directory.start {
            archive.flaws.push("zip: its directory does not follow its last file".to_owned());
        }
        // Otherwise the same data could be read once for each file.
        let packed: u64 = archive.entries.iter().map(|entry| entry.compressed).sum();
        ensure!(packed <= directory.start, "its files overlap");
        // Programs differ in which of them they unpack.
        twice.iter().for_each(|name| archive.flaw(name, "twice"));
        Ok(archive)
    }

    /// Compares the record of a file with the local header at `at`.
    fn entry(&mut self, name: String, record: &Record<'_>, at: u64) -> anyhow::Result<Entry> {
        let mut header = [0; HEADER];
        self.source.seek(SeekFrom::Start(at))?;
        if self.source.read_exact(&mut header).is_err() || !header.starts_with(MARK) {
            bail!("`{}` is not where its directory says", printable(&name, MAX_CHARACTERS));
        }
        let (name_length, extra) = (number16(&header, 26), number16(&header, 28));
        let mut own_name = Vec::new();
        (&mut self.source).take(name_length.into()).read_to_end(&mut own_name)?;
        if header[4..28] != *record.shared() || own_name != record.name {
            self.flaw(&name, "its local header differs from the directory");
        }
        if record.has_more || extra != 0 || record.has_attributes() {
            self.flaw(&name, "it has an extra field, a comment or attributes of another system");
        }
        if record.flags() & !UTF8 != 0 {
            self.flaw(&name, "it is encrypted, or its size follows its data");
        }
        if name.contains(char::REPLACEMENT_CHARACTER) {
            self.flaw(&name, "its name is not UTF-8");
        }
        let is_deflated = match record.method() {
            STORED => false,
            DEFLATED => true,
            method => bail!(
                "`{}` has compression method {method}; only stored and deflated files are read",
                printable(&name, MAX_CHARACTERS)
            ),
        };
        let mode = record.mode();
        match mode.map(|mode| mode & KIND) {
            None => self.flaw(&name, "it has no permissions"),
            Some(REGULAR) => {}
            Some(LINK) => self.flaw(&name, "it is a symbolic link"),
            Some(_) => self.flaw(&name, "it is not a regular file"),
        }
        if mode.is_some_and(|mode| mode & 0o444 != 0o444) {
            self.flaw(&name, "not readable by all users, as Lambda requires");
        }
        Ok(Entry {
            name,
            mode: mode.unwrap_or(0),
            data: at + HEADER as u64 + u64::from(name_length) + u64::from(extra),
            compressed: record.compressed(),
            size: record.size(),
            checksum: record.checksum(),
            is_deflated,
        })
    }

    /// Unpacks a file through a reader, which fails if too much is unpacked. A difference from the
    /// directory is a flaw.
    pub(crate) fn unpack<T>(
        &mut self,
        entry: &Entry,
        read: impl FnOnce(&mut dyn Read) -> io::Result<T>,
    ) -> io::Result<T> {
        self.source.seek(SeekFrom::Start(entry.data))?;
        let data = (&mut self.source).take(entry.compressed);
        let (result, seen, left) = match entry.is_deflated {
            true => {
                let mut unpacked = Unpacked::new(DeflateDecoder::new(data), self.room);
                let result = read(&mut unpacked);
                let used = unpacked.source.total_in();
                (result, unpacked.seen(), entry.compressed.saturating_sub(used))
            }
            false => {
                let mut unpacked = Unpacked::new(data, self.room);
                let result = read(&mut unpacked);
                (result, unpacked.seen(), unpacked.source.limit())
            }
        };
        self.room = self.room.saturating_sub(seen.0);
        let result = result?;
        if seen != (entry.size, entry.checksum) {
            self.flaw(&entry.name, "its size or its checksum differs from the directory");
        } else if left > 0 {
            self.flaw(&entry.name, "more bytes follow its compressed data");
        }
        Ok(result)
    }

    pub(crate) fn flaw(&mut self, name: &str, what: &str) {
        self.flaws.push(format!("`{}`: {what}", printable(name, MAX_CHARACTERS)));
    }
}
