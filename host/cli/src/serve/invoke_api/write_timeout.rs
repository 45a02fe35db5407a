//! A connection that fails if its client stops reading.

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// The time limit for a write.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A stream with a time limit for each write.
pub(super) struct WriteTimeout<S> {
    stream: S,
    limit: Duration,
    /// The timer of a pending write.
    timer: Option<Pin<Box<Sleep>>>,
}

impl WriteTimeout<TokioIo<TcpStream>> {
    pub(super) fn new(stream: TcpStream) -> Self {
        WriteTimeout { stream: TokioIo::new(stream), limit: TIMEOUT, timer: None }
    }
}

impl<S: Unpin> WriteTimeout<S> {
    /// Polls a write, and fails if it is pending for longer than the limit.
    fn poll_with_timeout<T>(
        &mut self,
        context: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let written = write(Pin::new(&mut self.stream), context);
        if written.is_ready() {
            self.timer = None;
            return written;
        }
        let limit = self.limit;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(limit)));
        ready!(timer.as_mut().poll(context));
        Poll::Ready(Err(ErrorKind::TimedOut.into()))
    }
}

impl<S: Read + Unpin> Read for WriteTimeout<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: Write + Unpin> Write for WriteTimeout<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_with_timeout(context, |stream, context| stream.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_with_timeout(context, |stream, context| {
            stream.poll_write_vectored(context, slices)
        })
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_with_timeout(context, |stream, context| stream.poll_flush(context))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_with_timeout(context, |stream, context| stream.poll_shutdown(context))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use tokio::io::{AsyncReadExt, duplex};
    use tokio::runtime;

    #[test]
    fn a_write_times_out_if_the_client_does_not_read() {
        let runtime = runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let (ours, mut theirs) = duplex(10);
            let limit = Duration::from_millis(50);
            let mut stream = WriteTimeout { stream: TokioIo::new(ours), limit, timer: None };
            let mut write = async || {
                poll_fn(|context| Pin::new(&mut stream).poll_write(context, &[7; 10])).await
            };
            assert_eq!(write().await.unwrap(), 10);
            assert_eq!(write().await.unwrap_err().kind(), ErrorKind::TimedOut);
            // Once the client reads, writing succeeds.
            theirs.read_exact(&mut [0; 10]).await.unwrap();
            assert_eq!(write().await.unwrap(), 10);
        });
    }
}
