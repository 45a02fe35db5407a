//! A connection whose client must go on reading.

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// How long a client may take to read anything of what it is sent.
const STALL_TIMEOUT: Duration = Duration::from_secs(30);

/// A stream that fails where nothing can be written to it for too long.
pub(super) struct Stalling<S> {
    stream: S,
    limit: Duration,
    /// Since it was last written to in vain.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Stalling<TokioIo<TcpStream>> {
    pub(super) fn new(stream: TcpStream) -> Self {
        Stalling { stream: TokioIo::new(stream), limit: STALL_TIMEOUT, stalled: None }
    }
}

impl<S: Unpin> Stalling<S> {
    /// What came of writing, unless that goes on in vain for too long.
    fn check<T>(
        &mut self,
        context: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let written = write(Pin::new(&mut self.stream), context);
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let limit = self.limit;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(limit)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(ErrorKind::TimedOut.into()))
    }
}

impl<S: Read + Unpin> Read for Stalling<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: Write + Unpin> Write for Stalling<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check(context, |stream, context| stream.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check(context, |stream, context| stream.poll_write_vectored(context, slices))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check(context, |stream, context| stream.poll_flush(context))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check(context, |stream, context| stream.poll_shutdown(context))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use tokio::io::{AsyncReadExt, duplex};
    use tokio::runtime;

    #[test]
    fn who_does_not_read_is_not_waited_for() {
        let runtime = runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let (ours, mut theirs) = duplex(10);
            let limit = Duration::from_millis(50);
            let mut stream = Stalling { stream: TokioIo::new(ours), limit, stalled: None };
            let mut write = async || {
                poll_fn(|context| Pin::new(&mut stream).poll_write(context, &[7; 10])).await
            };
            assert_eq!(write().await.unwrap(), 10);
            assert_eq!(write().await.unwrap_err().kind(), ErrorKind::TimedOut);
            // One who reads is written to.
            theirs.read_exact(&mut [0; 10]).await.unwrap();
            assert_eq!(write().await.unwrap(), 10);
        });
    }
}
