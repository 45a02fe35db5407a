//! Standard output or standard error, written without waiting for whoever reads it.

use crate::write_timeout;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, fcntl_getfl, fcntl_setfl, open};
use rustix::io::Errno;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::time::Duration;

/// A file that is written without waiting for longer than a thread's write_timeout lasts.
pub(crate) struct Output {
    file: io::Result<File>,
    is_nowhere: bool,
}

/// Why a text was not written as a whole, and how many bytes of it were.
#[derive(Debug)]
pub(crate) struct Unwritten {
    pub(crate) written: usize,
    pub(crate) why: io::Error,
}

impl Output {
    /// Writes to what others may write to as well.
    pub(crate) fn new(shared: impl AsFd) -> Output {
        let file = without_waiting(shared.as_fd());
        let is_nowhere = file.as_ref().is_ok_and(|file| is_null_device(file).unwrap_or(false));
        Output { file, is_nowhere }
    }

    /// Whether nothing comes of what is written, as where the process was started with its
    /// standard output closed.
    pub(crate) fn is_nowhere(&self) -> bool {
        self.is_nowhere
    }

    /// Writes all of a text: by one call, where there is room for it. Where there is none at all, it
    /// is waited for if so; for more room, where there was some, in any case.
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
                            return Err(io::Error::other("nobody reads it"));
                        }
                    }
                }
            }
            Ok(())
        };
        write().map_err(|why| Unwritten { written, why })
    }
}

/// Waits so long at most until something can be written; says whether it may be tried.
fn has_room(file: &File, left: Duration) -> bool {
    let timeout = Timespec::try_from(left).ok().filter(|_| !left.is_zero());
    let found = timeout.map(|left| poll(&mut [PollFd::new(file, PollFlags::OUT)], Some(&left)));
    // A signal is not the end of the wait.
    matches!(found, Some(Ok(1..) | Err(Errno::INTR)))
}

fn is_null_device(file: &File) -> io::Result<bool> {
    let (file, null) = (file.metadata()?, fs::metadata("/dev/null")?);
    Ok(file.file_type().is_char_device() && file.rdev() == null.rdev())
}

/// The same file, such that writing to it fails where it would wait.
fn without_waiting(shared: BorrowedFd<'_>) -> io::Result<File> {
    let file = File::from(shared.try_clone_to_owned()?);
    let kind = file.metadata()?.file_type();
    let is_read_by_somebody = kind.is_fifo() || kind.is_socket();
    if !is_read_by_somebody && !kind.is_char_device() {
        return Ok(file);
    }
    // Opened once more it is a file of our own: those who share the other one, such as the shell
    // that a terminal belongs to, go on waiting for it.
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let path = format!("/proc/self/fd/{}", shared.as_raw_fd());
    match open(path, flags, Mode::empty()) {
        Ok(own) => Ok(own.into()),
        // A pipe may be another user's, and a socket cannot be opened.
        Err(_) if is_read_by_somebody => {
            fcntl_setfl(&file, fcntl_getfl(&file)? | OFlags::NONBLOCK)?;
            Ok(file)
        }
        Err(_) => Ok(file),
    }
}
