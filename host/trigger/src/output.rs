//! Non-blocking writes to standard output or standard error.

use crate::write_timeout;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, fcntl_getfl, fcntl_setfl, open};
use rustix::io::Errno;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::time::Duration;

/// A file whose writes wait for the reader at most until the thread's [`write_timeout`].
pub(crate) struct Output {
    file: io::Result<File>,
    is_nowhere: bool,
}

/// The error of an incomplete write, with the number of bytes written.
#[derive(Debug)]
pub(crate) struct Unwritten {
    pub(crate) written: usize,
    pub(crate) why: io::Error,
}

impl Output {
    /// Opens an output that other processes may share.
    pub(crate) fn new(shared: impl AsFd) -> Output {
        let file = without_waiting(shared.as_fd());
        let is_nowhere = file.as_ref().is_ok_and(|file| is_null_device(file).unwrap_or(false));
        Output { file, is_nowhere }
    }

    /// Returns whether everything written is discarded, as in a process that was started with its
    /// standard output closed.
    pub(crate) fn is_nowhere(&self) -> bool {
        self.is_nowhere
    }

    /// Writes a whole text, with one call if there is room for it.
    ///
    /// If there is no room at all, it only waits if `is_waited_for`. Once a part is written, it
    /// always waits for more room.
    pub(crate) fn write(&self, text: &[u8], is_waited_for: bool) -> Result<(), Unwritten> {
        let mut written = 0;
        let mut write = || -> io::Result<()> {
            let mut file = self.file.as_ref().map_err(|why| io::Error::from(why.kind()))?;
            while let Some(rest) = text.get(written..).filter(|rest| !rest.is_empty()) {
                match file.write(rest) {
                    Ok(0) => return Err(ErrorKind::WriteZero.into()),
                    Ok(more) => written += more,
                    Err(why) if why.kind() == ErrorKind::Interrupted => {}
                    Err(why) if why.kind() != ErrorKind::WouldBlock => return Err(why),
                    Err(_) => {
                        let may_wait = is_waited_for || written > 0;
                        if !may_wait || !write_timeout::spend(|left| has_room(file, left)) {
                            return Err(io::Error::other("timed out: the output is not read"));
                        }
                    }
                }
            }
            Ok(())
        };
        write().map_err(|why| Unwritten { written, why })
    }
}

/// Waits until the file can be written, at most for the time left; returns whether to try.
fn has_room(file: &File, left: Duration) -> bool {
    let timeout = Timespec::try_from(left).ok().filter(|_| !left.is_zero());
    let found = timeout.map(|left| poll(&mut [PollFd::new(file, PollFlags::OUT)], Some(&left)));
    // A signal only interrupts the wait.
    matches!(found, Some(Ok(1..) | Err(Errno::INTR)))
}

fn is_null_device(file: &File) -> io::Result<bool> {
    let (file, null) = (file.metadata()?, fs::metadata("/dev/null")?);
    Ok(file.file_type().is_char_device() && file.rdev() == null.rdev())
}

/// Returns the same file in non-blocking mode.
fn without_waiting(shared: BorrowedFd<'_>) -> io::Result<File> {
    let file = File::from(shared.try_clone_to_owned()?);
    let kind = file.metadata()?.file_type();
    let is_pipe_or_socket = kind.is_fifo() || kind.is_socket();
    if !is_pipe_or_socket && !kind.is_char_device() {
        return Ok(file);
    }
    // Opening the file again gives an open file description of our own, so that the mode does not
    // change for processes that share the other one, such as the shell of a terminal.
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let path = format!("/proc/self/fd/{}", shared.as_raw_fd());
    match open(path, flags, Mode::empty()) {
        Ok(own) => Ok(own.into()),
        // A pipe may be another user's, and a socket cannot be opened.
        Err(_) if is_pipe_or_socket => {
            fcntl_setfl(&file, fcntl_getfl(&file)? | OFlags::NONBLOCK)?;
            Ok(file)
        }
        Err(_) => Ok(file),
    }
}
