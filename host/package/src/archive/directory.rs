//! The central directory at the end of a zip.

use anyhow::{Context, ensure};
use memchr::memmem;
use std::io::{Read, Seek, SeekFrom};

/// The directory of a zip.
pub(super) struct Directory {
    /// Its offset.
    pub(super) start: u64,
    /// The number of bytes that precede the zip.
    pub(super) base: u64,
    bytes: Vec<u8>,
    count: usize,
}

/// The record of a file.
pub(super) struct Record<'a> {
    bytes: &'a [u8],
    pub(super) name: &'a [u8],
    /// Whether there is an extra field or a comment.
    pub(super) has_more: bool,
}

/// The maximum number of files; a package has one for each component, and three others.
const MAX_ENTRIES: usize = 10_000;

/// The maximum size of the directory, in bytes.
const MAX_BYTES: u64 = 4 << 20;

/// The length of the record at the end of a zip.
const END: u64 = 22;

/// The maximum length of the comment after that record.
const MAX_COMMENT: u64 = 0xffff;

impl Directory {
    /// Finds and reads the directory, and adds flaws.
    pub(super) fn read(
        source: &mut (impl Read + Seek),
        flaws: &mut Vec<String>,
    ) -> anyhow::Result<Directory> {
        let length = source.seek(SeekFrom::End(0))?;
        let tail_start = length.saturating_sub(END + MAX_COMMENT);
        source.seek(SeekFrom::Start(tail_start))?;
        let mut tail = Vec::new();
        source.take(END + MAX_COMMENT).read_to_end(&mut tail)?;
        let last = tail.len().saturating_sub(18);
        let at =
            memmem::rfind(&tail[..last], b"PK\x05\x06").context("it has no directory of files")?;
        let (end_at, end) = (tail_start + at as u64, &tail[at..]);
        let (count, comment) = (usize::from(number16(end, 10)), number16(end, 20));
        let (size, offset) = (u64::from(number32(end, 12)), u64::from(number32(end, 16)));
        let is_whole = number32(end, 4) == 0 && number16(end, 8) == number16(end, 10);
        ensure!(is_whole, "it is one part of a zip in several parts");
        ensure!(
            count <= MAX_ENTRIES && size <= MAX_BYTES,
            "it has {count} files in a directory of {size} bytes; at most {MAX_ENTRIES} files and {} \
             MiB are read",
            MAX_BYTES >> 20
        );
        if end_at + END != length {
            flaws.push(format!("zip: {} bytes after its end", length - end_at - END));
        } else if comment != 0 {
            flaws.push("zip: its end announces a comment that is missing".to_owned());
        }
        let start = end_at.checked_sub(size).filter(|start| *start >= offset);
        let start = start.context("its directory is not at its offset")?;
        let mut directory = Directory { start, base: start - offset, bytes: Vec::new(), count };
        if directory.base > 0 {
            // Data precedes the zip, or is between the directory and the end.
            let (base, mut mark) = (directory.base, [0; 4]);
            source.seek(SeekFrom::Start(offset))?;
            source.read_exact(&mut mark)?;
            if mark == Record::MARK {
                (directory.start, directory.base) = (offset, 0);
                flaws.push(format!("zip: {base} bytes between its directory and its end"));
            } else {
                flaws.push(format!("zip: {base} bytes before its first file"));
            }
        }
        source.seek(SeekFrom::Start(directory.start))?;
        source.take(size).read_to_end(&mut directory.bytes)?;
        Ok(directory)
    }

    /// Returns the records, in order.
    pub(super) fn records(&self, flaws: &mut Vec<String>) -> anyhow::Result<Vec<Record<'_>>> {
        let mut rest = &self.bytes[..];
        let mut records = Vec::new();
        for _ in 0..self.count {
            let (record, behind) = Record::first(rest).context("its directory is damaged")?;
            records.push(record);
            rest = behind;
        }
        if !rest.is_empty() {
            flaws.push("zip: its directory is longer than its records".to_owned());
        }
        Ok(records)
    }
}

impl<'a> Record<'a> {
    const MARK: [u8; 4] = *b"PK\x01\x02";

    /// The length of a record without the name, the extra field and the comment.
    const BYTES: usize = 46;

    /// Splits off the first record.
    fn first(bytes: &'a [u8]) -> Option<(Record<'a>, &'a [u8])> {
        let (fixed, rest) = bytes.split_at_checked(Record::BYTES)?;
        let [name, extra, comment] = [28, 30, 32].map(|at| usize::from(number16(fixed, at)));
        let (name, rest) = rest.split_at_checked(name)?;
        let (_, rest) = rest.split_at_checked(extra + comment)?;
        let record = Record { bytes: fixed, name, has_more: extra + comment > 0 };
        fixed.starts_with(&Record::MARK).then_some((record, rest))
    }

    /// The part that equals the local header: version, flags, time, sizes, checksum and the length of
    /// the name.
    pub(super) fn shared(&self) -> &[u8] {
        &self.bytes[6..30]
    }

    /// The type and the permissions on Unix, or `None` if they are those of another system.
    pub(super) fn mode(&self) -> Option<u32> {
        (self.bytes[5] == 3).then(|| number32(self.bytes, 38) >> 16)
    }

    /// Whether there are attributes of other systems.
    pub(super) fn has_attributes(&self) -> bool {
        self.bytes[34..40].iter().any(|byte| *byte != 0)
    }

    pub(super) fn flags(&self) -> u16 {
        number16(self.bytes, 8)
    }

    pub(super) fn method(&self) -> u16 {
        number16(self.bytes, 10)
    }

    pub(super) fn checksum(&self) -> u32 {
        number32(self.bytes, 16)
    }

    pub(super) fn compressed(&self) -> u64 {
        number32(self.bytes, 20).into()
    }

    pub(super) fn size(&self) -> u64 {
        number32(self.bytes, 24).into()
    }

    /// The offset of the local header in the zip.
    pub(super) fn offset(&self) -> u64 {
        number32(self.bytes, 42).into()
    }
}

/// The number of two bytes at an offset, or zero if the bytes end before.
pub(super) fn number16(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u16::from_le_bytes(*bytes))
}

fn number32(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u32::from_le_bytes(*bytes))
}
