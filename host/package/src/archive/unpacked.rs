//! A limit and a checksum for unpacked data.

use flate2::Crc;
use std::io::{self, ErrorKind, Read};

/// A reader that computes the size and the checksum, and fails when too much is read.
pub(super) struct Unpacked<R> {
    pub(super) source: R,
    sum: Crc,
    size: u64,
    max: u64,
}

impl<R: Read> Unpacked<R> {
    pub(super) fn new(source: R, max: u64) -> Unpacked<R> {
        Unpacked { source, sum: Crc::new(), size: 0, max }
    }

    /// The size and the checksum of what was read.
    pub(super) fn seen(&self) -> (u64, u32) {
        (self.size, self.sum.sum())
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.size += read as u64;
        if self.size > self.max {
            return Err(io::Error::from(ErrorKind::FileTooLarge));
        }
        self.sum.update(&buffer[..read]);
        Ok(read)
    }
}
