//! The payloads of invocations, with limits on their size, their total size and their time.

use super::answer::Problem;
use http_body_util::BodyExt;
use hyper::StatusCode;
use hyper::body::{Body, Incoming};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time;

/// The maximum size of a payload in Lambda, in bytes.
const MAX: usize = 6 << 20;

/// The maximum total size of all payloads, in bytes. Further payloads wait.
const MAX_TOTAL: usize = 32 << 20;

/// The number of bytes that are read of a payload that is too large, so that its sender can receive
/// the error.
const MAX_DISCARDED: usize = 64 << 20;

/// The time limit for sending a payload.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// The time limit for waiting until other payloads are answered.
const MEMORY_TIMEOUT: Duration = Duration::from_secs(30);

/// The memory for payloads.
pub(super) struct Payloads(Arc<Semaphore>);

/// A payload, which occupies memory until it is dropped.
pub(super) struct Payload {
    pub(super) bytes: Vec<u8>,
    _memory: OwnedSemaphorePermit,
}

impl Payloads {
    pub(super) fn new() -> Payloads {
        Payloads(Arc::new(Semaphore::new(MAX_TOTAL)))
    }

    /// Reads a payload as soon as there is memory for it.
    pub(super) async fn read(&self, body: Incoming) -> Result<Payload, Problem> {
        // A payload of unknown length may have the maximum.
        let length = body
            .size_hint()
            .exact()
            .map_or(MAX, |length| usize::try_from(length).unwrap_or(usize::MAX).min(MAX));
        let memory =
            Arc::clone(&self.0).acquire_many_owned(u32::try_from(length).unwrap_or(u32::MAX));
        let Ok(Ok(memory)) = time::timeout(MEMORY_TIMEOUT, memory).await else {
            let message =
                format!("too many payloads: at most {} MiB are accepted at once", MAX_TOTAL >> 20);
            let status = StatusCode::TOO_MANY_REQUESTS;
            return Err(Problem::new(status, "TooManyRequestsException", &message));
        };
        let bytes = time::timeout(BODY_TIMEOUT, collect(body, length)).await.map_err(|_| {
            let message =
                format!("the payload was not received within {} s", BODY_TIMEOUT.as_secs());
            Problem::new(StatusCode::REQUEST_TIMEOUT, "RequestTimeoutException", &message)
        })?;
        let bytes = bytes.ok_or_else(|| {
            let message = format!("the payload is larger than {} MiB or incomplete", MAX >> 20);
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", &message)
        })?;
        Ok(Payload { bytes, _memory: memory })
    }
}

/// Reads a body of about this length. Returns `None` if it is too large or incomplete.
async fn collect(mut body: Incoming, length: usize) -> Option<Vec<u8>> {
    let (mut bytes, mut read) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.ok()?.into_data() else { continue };
        read += data.len();
        if read > MAX_DISCARDED {
            return None;
        }
        if read > MAX {
            bytes = Vec::new();
            continue;
        }
        if bytes.capacity() == 0 {
            bytes.reserve_exact(length);
        }
        bytes.extend_from_slice(&data);
    }
    (read <= MAX).then_some(bytes)
}
