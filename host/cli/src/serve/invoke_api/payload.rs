//! The payloads of invocations: none is too large, all together are bounded, and none takes for
//! ever to come.

use super::answer::Problem;
use http_body_util::BodyExt;
use hyper::StatusCode;
use hyper::body::{Body, Incoming};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time;

/// The most bytes that Lambda takes for one invocation.
const MAX: usize = 6 << 20;

/// The most bytes that all payloads have together; others wait.
const MAX_TOGETHER: usize = 32 << 20;

/// How much is read of a payload that is too large, so that its sender gets to hear of it.
const MAX_UNREAD: usize = 64 << 20;

/// How long a client may take to send a payload.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a payload waits for others to be answered.
const ROOM_TIMEOUT: Duration = Duration::from_secs(30);

/// The room that payloads have.
pub(super) struct Payloads(Arc<Semaphore>);

/// A payload, and the room that it takes until it is dropped.
pub(super) struct Payload {
    pub(super) bytes: Vec<u8>,
    _room: OwnedSemaphorePermit,
}

impl Payloads {
    pub(super) fn new() -> Payloads {
        Payloads(Arc::new(Semaphore::new(MAX_TOGETHER)))
    }

    /// Reads one, when there is room for it.
    pub(super) async fn read(&self, body: Incoming) -> Result<Payload, Problem> {
        // One that does not say how long it is may be as long as any.
        let length = body
            .size_hint()
            .exact()
            .map_or(MAX, |length| usize::try_from(length).unwrap_or(usize::MAX).min(MAX));
        let room =
            Arc::clone(&self.0).acquire_many_owned(u32::try_from(length).unwrap_or(u32::MAX));
        let Ok(Ok(room)) = time::timeout(ROOM_TIMEOUT, room).await else {
            let message = format!(
                "payloads of {} MiB are under way, which is the most: send fewer at once",
                MAX_TOGETHER >> 20
            );
            let status = StatusCode::TOO_MANY_REQUESTS;
            return Err(Problem::new(status, "TooManyRequestsException", &message));
        };
        let bytes = time::timeout(BODY_TIMEOUT, collect(body, length)).await.map_err(|_| {
            let message = format!(
                "the payload did not come within {} s: send it at once",
                BODY_TIMEOUT.as_secs()
            );
            Problem::new(StatusCode::REQUEST_TIMEOUT, "RequestTimeoutException", &message)
        })?;
        let bytes = bytes.ok_or_else(|| {
            let message = format!("the payload is larger than {} MiB, or cut", MAX >> 20);
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", &message)
        })?;
        Ok(Payload { bytes, _room: room })
    }
}

/// All of a body of about this length; nothing of one that is too large or cut.
async fn collect(mut body: Incoming, length: usize) -> Option<Vec<u8>> {
    let (mut bytes, mut read) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.ok()?.into_data() else { continue };
        read += data.len();
        if read > MAX_UNREAD {
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
