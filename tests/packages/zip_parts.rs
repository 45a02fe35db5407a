//! The parts of a zip, each of which a test can change.

/// A whole zip.
#[derive(Clone)]
pub(super) struct Parts {
    pub(super) before: Vec<u8>,
    pub(super) files: Vec<File>,
    pub(super) before_directory: Vec<u8>,
    /// The files that the directory lists again, by index.
    pub(super) repeated: Vec<usize>,
    pub(super) before_end: Vec<u8>,
    pub(super) comment: Vec<u8>,
    pub(super) behind: Vec<u8>,
}

#[derive(Clone)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) before: Vec<u8>,
    /// The local header, with the name.
    pub(super) header: Vec<u8>,
    pub(super) data: Vec<u8>,
    /// The record in the directory, with the name.
    pub(super) record: Vec<u8>,
}

/// Offsets in a local header; in a record of the directory, they are two bytes higher.
pub(super) mod at {
    pub(in crate::packages) const FLAGS: usize = 6;
    pub(in crate::packages) const METHOD: usize = 8;
    pub(in crate::packages) const CHECKSUM: usize = 14;
    pub(in crate::packages) const PACKED: usize = 18;
    pub(in crate::packages) const SIZE: usize = 22;
    pub(in crate::packages) const NAME: usize = 30;
}

fn number(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()).try_into().unwrap()
}

fn short(bytes: &[u8], at: usize) -> usize {
    u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap()).into()
}

impl Parts {
    /// Splits a zip that `admit bundle` wrote, which has no extra fields and no comments.
    pub(super) fn of(zip: &[u8]) -> Parts {
        let end = &zip[zip.len() - 22..];
        let mut directory = &zip[number(end, 16)..];
        let mut files = Vec::new();
        for _ in 0..short(end, 10) {
            let (record, rest) = directory.split_at(46 + short(directory, 28));
            let rest_of_zip = &zip[number(record, 42)..];
            let (header, data) = rest_of_zip.split_at(30 + short(rest_of_zip, 26));
            files.push(File {
                name: String::from_utf8(record[46..].to_vec()).unwrap(),
                before: Vec::new(),
                header: header.to_vec(),
                data: data[..number(record, 20)].to_vec(),
                record: record.to_vec(),
            });
            directory = rest;
        }
        let none = Vec::new;
        Parts {
            before: none(),
            files,
            before_directory: none(),
            repeated: Vec::new(),
            before_end: none(),
            comment: none(),
            behind: none(),
        }
    }

    pub(super) fn bootstrap(&mut self) -> &mut File {
        self.file("bootstrap")
    }

    pub(super) fn about(&mut self) -> &mut File {
        self.file("about.json")
    }

    pub(super) fn code(&mut self) -> &mut File {
        self.file(".cwasm")
    }

    fn file(&mut self, ending: &str) -> &mut File {
        self.files.iter_mut().find(|file| file.name.ends_with(ending)).unwrap()
    }

    /// Joins the parts. Offsets are correct, except that they ignore what precedes the zip.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let (mut zip, mut records) = (Vec::new(), Vec::new());
        for file in &self.files {
            zip.extend(&file.before);
            let offset = u32::try_from(zip.len()).unwrap();
            records.push([&file.record[..42], &offset.to_le_bytes(), &file.record[46..]].concat());
            zip.extend([&file.header[..], &file.data].concat());
        }
        records.extend(
            self.repeated.iter().map(|number| records[*number].clone()).collect::<Vec<_>>(),
        );
        zip.extend(&self.before_directory);
        let (start, count) = (zip.len(), u16::try_from(records.len()).unwrap().to_le_bytes());
        let directory = records.concat();
        let number = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
        zip.extend(&directory);
        zip.extend(&self.before_end);
        zip.extend(b"PK\x05\x06\0\0\0\0");
        zip.extend([count, count].concat());
        zip.extend([number(directory.len()), number(start)].concat());
        zip.extend(u16::try_from(self.comment.len()).unwrap().to_le_bytes());
        [&self.before[..], &zip, &self.comment, &self.behind].concat()
    }
}

impl File {
    pub(super) fn set_mode(&mut self, mode: u32) {
        self.record[38..42].copy_from_slice(&(mode << 16).to_le_bytes());
    }

    /// Adds to a byte of the local header and of the record.
    pub(super) fn add(&mut self, at: usize, number: u8) {
        self.header[at] = self.header[at].wrapping_add(number);
        self.record[at + 2] = self.record[at + 2].wrapping_add(number);
    }

    /// A copy of the file, which only a program finds that reads a zip from its start.
    pub(super) fn before_data(&self) -> Vec<u8> {
        [&self.header[..], &self.data].concat()
    }

    pub(super) fn add_extra(&mut self, field: &[u8]) {
        let length = u16::try_from(field.len()).unwrap().to_le_bytes();
        self.header[28..30].copy_from_slice(&length);
        self.header.extend(field);
        self.record[30..32].copy_from_slice(&length);
        self.record.extend(field);
    }

    /// Adds to the compressed data.
    pub(super) fn append(&mut self, bytes: &[u8]) {
        self.data.extend(bytes);
        let length = u32::try_from(self.data.len()).unwrap().to_le_bytes();
        self.header[at::PACKED..at::PACKED + 4].copy_from_slice(&length);
        self.record[at::PACKED + 2..at::PACKED + 6].copy_from_slice(&length);
    }

    pub(super) fn rename(&mut self, name: &str) {
        name.clone_into(&mut self.name);
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        self.header[26..28].copy_from_slice(&length);
        self.header.truncate(at::NAME);
        self.header.extend(name.bytes());
        self.record[28..30].copy_from_slice(&length);
        self.record.truncate(46);
        self.record.extend(name.bytes());
    }
}
